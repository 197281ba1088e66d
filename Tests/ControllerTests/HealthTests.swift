import AsyncHTTPClient
import Foundation
import HTTPServing
import HTTPTypes
import Hummingbird
import Logging
import RequestSigning
import Storage
import Synchronization
import Testing

@testable import Controller

@Suite struct HealthTests {
    @Test("A running controller is alive and ready, for whoever asks, and each answer has an identifier of its own")
    func running() async throws {
        try await World.run { world async throws in
            #expect(try await world.bear(nil, "/health", "", .get).text == #"{"status":"ok"}"#)
            let ready = try await world.bear(nil, "/ready", "", .get)
            #expect(ready.status == 200)
            let parts = #"{"database":true,"schema":true,"platform":true,"running":true}"#
            #expect(ready.text == #"{"status":"ready","parts":\#(parts)}"#)
            let ids = try await [world.requestID("/health"), world.requestID("/admin/calls")]
            #expect(ids.allSatisfy { $0?.wholeMatch(of: /[0-9a-f]{16}/) != nil } && ids[0] != ids[1])
            // A probe of the platform is no command.
            #expect(world.platform.state.withLock { $0.wishes.isEmpty })
        }
    }

    @Test("Without its database, its platform or its future a controller is not ready")
    func notReady() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "health-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let database = try Database.open(path: folder.path + "/controller.sqlite")
        let ending = EndingMark()
        let health = HealthEndpoint(
            database: database, pulse: PlatformPulse(baseURL: "http://127.0.0.1:1", http: .shared), ending: ending)
        func parts() async -> [Bool] { await health.report().parts.map(\.isReady) }
        #expect(await parts() == [false, false, false, true], "no migration has run")
        try await database.migrate(Array(Schema.migrations.dropLast()))
        #expect(await parts() == [true, false, false, true], "one is missing")
        try await database.migrate(Schema.migrations)
        #expect(await parts() == [true, true, false, true])
        ending.set()
        #expect(await parts() == [true, true, false, false])
        try database.close()
        let report = await health.report()
        #expect(report.parts.map(\.isReady) == [false, false, false, false])
        #expect(report.response.status == .serviceUnavailable && report.response.headers[.retryAfter] != nil)
    }

    @Test("Metrics count by endpoint and status, never by what a client has made up")
    func metrics() async throws {
        try await World.run { world async throws in
            _ = try await world.command("CheckConnection")
            _ = try await world.command("CheckConnection")
            _ = try await world.command("MadeUp")
            _ = try await world.bear("wrong", "/admin/calls", "", .get)
            _ = try await world.send("/portal/GetUser", "{}", .init(licence: "wrong", direction: .portalToController))
            #expect(try await world.config("test").status == 200)
            world.portal.state.withLock { $0.isAway = true }
            #expect(try await world.history().status == 200)
            var text = ""
            while !text.contains("switchboard_on_duty 1\n") { text = try await world.admin("/metrics").text }
            for line in [
                #"switchboard_requests_total{endpoint="POST /portal/CheckConnection",status="200"} 2"#,
                #"switchboard_requests_total{endpoint="POST /portal/:command",status="404"} 1"#,
                #"switchboard_requests_total{endpoint="GET /admin/calls",status="403"} 1"#,
                #"switchboard_request_seconds_count{endpoint="POST /portal/CheckConnection"} 2"#,
                #"switchboard_refused_requests_total{caller="portal"} 1"#,
                #"switchboard_refused_requests_total{caller="scenario"} 0"#,
                #"switchboard_refused_requests_total{caller="staff"} 1"#,
                "switchboard_outbox_messages 1", "switchboard_provisioning_waiting 0",
                "switchboard_calls_unreported 1", "switchboard_calls_unpriced 1",
            ] {
                #expect(text.contains(line + "\n"), "\(line)")
            }
            #expect(!text.contains("MadeUp"))
        }
    }

    @Test("What is logged for a request has its identifier")
    func trail() {
        #expect(RequestTrail.metadata.get().isEmpty)
        RequestTrail.$id.withValue("0123456789abcdef") {
            #expect(RequestTrail.metadata.get() == ["request.id": "0123456789abcdef"])
        }
    }
}
