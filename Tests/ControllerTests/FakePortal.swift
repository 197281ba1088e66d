import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import RequestSigning
import Synchronization

@testable import Controller

/// A portal in memory: settings, employees, cards, and a record of what it was told; checks every signature.
final class FakePortal: Sendable {
    enum CRMBehaviour: Sendable {
        case answers
        /// Never answers while the test runs.
        case hangs
        case fails
    }

    struct State: Sendable {
        var settings = FakePortal.settings()
        var isAway = false
        /// Settings are asked for and never given while the test runs.
        var hangsSettings = false
        var hung = 0
        /// Is asked before and after each command whether anything may still happen.
        var mayPass: @Sendable (String) -> Bool = { _ in true }
        var unknownLines: Set<String> = ["nobody"]
        var crm = CRMBehaviour.answers
        var matches: JSONValue = [
            "contacts": [["id": 5, "name": "Ivan", "responsible_id": 67]], "companies": [], "leads": [],
        ]
        var employees: JSONValue = [
            "employees": [
                ["id": 67, "name": "Anna", "extension": "167", "have_phone": true, "online": true],
                ["id": 68, "name": "Boris", "extension": "168", "have_phone": false, "online": true],
            ]
        ]
        var told: [(command: String, body: JSONValue)] = []
        /// How many deliveries of a command still fail.
        var failures: [String: Int] = [:]
        var badSignatures = 0
        var nonces: Set<String> = []
        /// The licence keys that it knows.
        var keys: [String] = []
        /// Which of them has signed the last request.
        var lastKey: Int?
    }

    let state = Mutex(State())
    let events = Events()

    init(licenceKey: String) { state.withLock { $0.keys = [licenceKey] } }

    func told(_ command: String) -> [JSONValue] {
        state.withLock { $0.told.filter { $0.command == command }.map(\.body) }
    }

    static func settings(_ change: (inout [(String, JSONValue)]) -> Void = { _ in }) -> String {
        var fields: [(String, JSONValue)] = [
            ("ID", "23"), ("PORTAL_MODE", "RENT"), ("SEARCH_ID", "test"), ("PHONE_NAME", "88002501860"),
            ("CRM", "Y"), ("CRM_RULE", "queue"), ("CRM_FORWARD", "Y"), ("QUEUE_TIME", 3), ("QUEUE_TYPE", "evenly"),
            ("DIRECT_CODE", "Y"), ("DIRECT_CODE_RULE", "voicemail"), ("NO_ANSWER_RULE", "voicemail"),
            ("FORWARD_NUMBER", ""), ("TIMEMAN", "N"), ("VOICEMAIL", "Y"),
            ("QUEUE_USERS", [["USER_ID": "68", "USER_HAVE_PHONE": "N"], ["USER_ID": "67", "USER_HAVE_PHONE": "Y"]]),
        ]
        change(&fields)
        return JSONValue.object(fields.map { .init(name: $0.0, value: $0.1) }).encoded
    }

    func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.post("telephony/:command") { request, context in
            guard let body = try await self.admitted(request) else { return Response(status: .forbidden) }
            let command = context.parameters.get("command") ?? ""
            let mayPass = self.state.withLock { $0.mayPass }
            guard mayPass("before \(command)") else { return Response(status: .badGateway) }
            let answer = await self.answer(command, body)
            return mayPass("after \(command)") ? answer : Response(status: .badGateway)
        }
        router.post("crm/find") { request, _ in
            guard try await self.admitted(request) != nil else { return Response(status: .forbidden) }
            return try await self.crmAnswer { $0.matches }
        }
        router.post("crm/employees") { request, _ in
            guard try await self.admitted(request) != nil else { return Response(status: .forbidden) }
            return try await self.crmAnswer { $0.employees }
        }
        return router
    }

    private func answer(_ command: String, _ body: JSONValue) async -> Response {
        let isToHang = state.withLock { state in
            if state.hangsSettings, command == "LineSettings" { state.hung += 1 }
            return state.hangsSettings && command == "LineSettings"
        }
        if isToHang { await events.wait { self.state.withLock { !$0.hangsSettings } } }
        defer { events.announce() }
        return state.withLock { state in
            guard !state.isAway else { return Response(status: .serviceUnavailable) }
            if let failures = state.failures[command], failures > 0 {
                state.failures[command] = failures - 1
                return Response(status: .internalServerError)
            }
            state.told.append((command, body))
            guard command == "LineSettings" else { return Answers.json(["result": "OK"]) }
            guard !state.unknownLines.contains(body["SEARCH_ID"]?.string ?? "") else {
                return Answers.json(["ERROR": "no such line"])
            }
            return Answers.text(state.settings)
        }
    }

    private func crmAnswer(_ answer: (State) -> JSONValue) async throws -> Response {
        let behaviour = state.withLock { $0.isAway ? .fails : $0.crm }
        switch behaviour {
        case .answers: return Answers.json(state.withLock { answer($0) })
        case .fails: return Response(status: .internalServerError)
        case .hangs:
            // Ends when the connection or the server does.
            await events.wait { self.state.withLock { if case .hangs = $0.crm { false } else { true } } }
            return Response(status: .internalServerError)
        }
    }

    private func admitted(_ request: Request) async throws -> JSONValue? {
        let bytes = Array(try await request.body.collect(upTo: 1 << 20).readableBytesView)
        func header(_ name: String) -> String { HTTPField.Name(name).flatMap { request.headers[$0] } ?? "" }
        let signed = SignedRequest(
            method: request.method.rawValue, path: request.head.path ?? "", body: bytes,
            time: Int64(header(SignatureHeader.time)) ?? 0, nonce: header(SignatureHeader.nonce))
        return state.withLock { state in
            let keys = state.keys.map { RequestKey(licenceKey: $0, direction: .controllerToPortal) }
            let place = try? RequestVerifier.verify(
                signed, signature: header(SignatureHeader.signature), keys: keys,
                now: Int64(Date().timeIntervalSince1970))
            guard let place, state.nonces.insert(signed.nonce).inserted else {
                state.badSignatures += 1
                return nil
            }
            state.lastKey = place
            return JSONValue(Data(bytes))
        }
    }
}
