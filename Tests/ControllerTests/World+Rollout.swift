import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization

@testable import Controller

extension World {
    /// The operator's command.
    func operate(_ path: String, _ body: JSONValue, token: String = World.token) async throws -> Answer {
        try await operate(path, text: body.encoded, token: token)
    }

    func operate(_ path: String, text: String, token: String = World.token) async throws -> Answer {
        var request = HTTPClientRequest(url: base + path)
        request.method = .POST
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        request.body = .bytes(ByteBuffer(string: text))
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        let body = try await response.body.collect(upTo: 1 << 24)
        return Answer(status: Int(response.status.code), text: String(buffer: body))
    }

    /// A call as its scenario tells it: route, report.
    func call(_ id: String, version: Int64, failed: Bool = false, milliseconds: Int64? = nil) async throws {
        _ = try await scenario(
            "IncomingInvite",
            [
                ("PHONE_NUMBER", "74012000001"), ("ACCOUNT_SEARCH_ID", "test"), ("CALL_ID", id),
                ("CALLER_ID", Self.caller), ("SCENARIO_VERSION", "\(version)"),
            ])
        var report = [
            ("CALL_ID", id), ("CALL_STATUS", "true"), ("CALL_DURATION", "34"), ("PHONE_NUMBER", Self.caller),
            ("SCENARIO_VERSION", "\(version)"),
        ]
        if failed { report.append(("SCENARIO_FAILED", "Y")) }
        if let milliseconds { report.append(("ANSWER_MILLISECONDS", "\(milliseconds)")) }
        _ = try await scenario("AddCallHistory", report)
    }

    /// What the operator is told of a version.
    func version(_ number: Int64) async throws -> JSONValue? {
        try await admin("/admin/scenario/versions/\(number)").json
    }

    /// The version in the text that the account of the portal has.
    var publishedVersion: Int64? {
        let script = platform.state.withLock { $0.scenarios.values.first ?? "" }
        return script.firstMatch(of: /SCENARIO_VERSION = (\d+);/).flatMap { Int64($0.1) }
    }
}
