import Foundation
import Synchronization
import Testing

@testable import Controller

@Suite struct ReconciliationTests {
    static let running: JSONValue = [
        "account_id": 1001, "application_id": 1002, "custom_data": .text(World.callID), "calls": [],
    ]
    static let ended: JSONValue = [
        "account_id": 1001, "application_id": 1002, "custom_data": .text(World.callID), "duration": 36,
        "log_file_url": "http://log.example/x.log",
        "calls": [
            ["incoming": true, "successful": true, "duration": 34, "cost": .real(1.25)],
            ["incoming": false, "successful": true, "duration": 18, "cost": .real(0.1)],
        ],
        "records": [["record_url": "http://record.example/x.mp3", "cost": .integer(2)]],
    ]

    private func setting() -> World.Setting {
        var setting = World.Setting()
        setting.limits.reconciliation = .milliseconds(20)
        return setting
    }

    @Test("A call whose scenario died gets its history from the platform, exactly once")
    func died() async throws {
        try await World.run(setting()) { world async throws in
            _ = try await world.command("GetAccountInfo")
            world.platform.state.withLock { $0.sessions[World.callID] = Self.running }
            _ = try await world.invite()
            _ = try await world.scenario(
                "StartCall", [("CALL_ID", World.callID), ("CALL_DEVICE", "PHONE"), ("USER_ID", "67")])
            let looks = world.platform.count("GetCallHistory")
            await world.platform.events.wait { world.platform.count("GetCallHistory") > looks + 1 }
            #expect(world.portal.told("AddCallHistory").isEmpty)
            world.platform.state.withLock { $0.sessions[World.callID] = Self.ended }
            await world.portal.events.wait { !world.portal.told("AddCallHistory").isEmpty }
            let body = try #require(world.portal.told("AddCallHistory").first)
            #expect(body["CALL_DURATION"] == "34")
            #expect(body["PORTAL_USER_ID"] == "67")
            #expect(body["CALL_STATUS"] == "true")
            #expect(body["CALL_DEVICE"] == "PHONE")
            #expect(body["HAS_RECORDING"] == "Y")
            // The scenario's report comes after all: it changes nothing.
            _ = try await world.history()
            #expect(world.portal.told("AddCallHistory").count == 1)
            let json = try #require(try await world.admin("/admin/calls/\(World.callID)").json)
            #expect(json["history_source"] == "reconciliation")
            #expect(json["history"]?["COST_FINAL"] == "3.35")
            #expect(json["history"]?["COST_CURRENCY"] == "RUB")
        }
    }

    @Test("A call that nobody answered is recorded as missed")
    func missed() async throws {
        try await World.run(setting()) { world async throws in
            _ = try await world.command("GetAccountInfo")
            _ = try await world.invite()
            world.platform.state.withLock { $0.sessions[World.callID] = Self.ended }
            await world.portal.events.wait { !world.portal.told("AddCallHistory").isEmpty }
            let body = try #require(world.portal.told("AddCallHistory").first)
            #expect(body["CALL_STATUS"] == "false")
            #expect(body["CALL_FAILED_CODE"] == "304")
        }
    }

    @Test("After a restart the first look closes what ended meanwhile")
    func restart() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "reconcile-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var setting = World.Setting()
        setting.databasePath = folder + "/controller.sqlite"
        try await World.run(setting) { world async throws in
            _ = try await world.command("GetAccountInfo")
            _ = try await world.invite()
        }
        setting.platform.state.withLock { $0.sessions[World.callID] = Self.ended }
        try await World.run(setting) { world async throws in
            await world.portal.events.wait { !world.portal.told("AddCallHistory").isEmpty }
            #expect(world.portal.told("AddCallHistory").count == 1)
        }
    }

    @Test("The final cost of a reported call is fetched once its session has ended")
    func cost() async throws {
        try await World.run(setting()) { world async throws in
            _ = try await world.command("GetAccountInfo")
            _ = try await world.invite()
            world.platform.state.withLock { $0.sessions[World.callID] = Self.running }
            _ = try await world.history()
            #expect(try await world.admin("/admin/calls/\(World.callID)").json?["history"]?["COST_FINAL"] == .null)
            world.platform.state.withLock { $0.sessions[World.callID] = Self.ended }
            // A second call stays open, so every pass asks for it first: two passes later the first call has its cost.
            _ = try await world.invite(id: "open")
            let isSecondPass: @Sendable () -> Bool = { world.questions(about: "open") >= 3 }
            await world.platform.events.wait(until: isSecondPass)
            #expect(try await world.command("GetCallHistory").json?["result"]?.elements.first?["COST_FINAL"] == "3.35")
        }
    }

    @Test("The platform is asked by the call's identifier, with dates in its format")
    func question() async throws {
        try await World.run(setting()) { world async throws in
            _ = try await world.command("GetAccountInfo")
            _ = try await world.invite()
            await world.platform.events.wait { world.platform.count("GetCallHistory") > 0 }
            let fields = try #require(world.platform.lastCommand("GetCallHistory"))
            #expect(fields["call_session_history_custom_data"] == World.callID)
            #expect(fields["from_date"].wholeMatch(of: /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/) != nil)
            #expect(fields["from_date"] < fields["to_date"])
        }
    }
}

extension World {
    /// How often the platform was asked for the sessions of a call.
    func questions(about call: String) -> Int {
        platform.state.withLock { state in
            state.commands.filter { $0.fields["call_session_history_custom_data"] == call }.count
        }
    }
}
