import Foundation
import RequestSigning
import Synchronization

@testable import Controller

/// What companies and their calls ask of two controllers, each request until it is answered.
struct Load: Sendable {
    /// A portal with the first of its employees.
    struct Company: Sendable {
        var portal: String
        var key: String
        var employee: Int64
    }

    /// An answer that tells nobody what to do.
    struct Unclear: Error, CustomStringConvertible {
        let description: String
    }

    /// How the requests went.
    final class Tally: Sendable {
        private let state = Mutex((answered: 0, broken: 0, refused: 0))
        private let events = Events()

        var broken: Int { state.withLock { $0.broken } }
        var refused: Int { state.withLock { $0.refused } }

        func answer() {
            state.withLock { $0.answered += 1 }
            events.announce()
        }
        func breakOff() { state.withLock { $0.broken += 1 } }
        func refuse() { state.withLock { $0.refused += 1 } }

        func wait(forAnswers number: Int) async { await events.wait { self.state.withLock { $0.answered >= number } } }
    }

    private static let mostAttempts = 100

    let controllers: [World]
    let companies: [Company]
    let callsEach: Int
    let tally = Tally()

    var requests: Int { companies.count * (1 + 2 * callsEach) }
    var calls: Set<String> {
        Set(companies.flatMap { company in (0..<callsEach).map { Self.call($0, company) } })
    }

    static func call(_ number: Int, _ company: Company) -> String { "call.\(company.portal).\(number)" }

    /// - Returns: What each portal was told of its employee.
    func run() async throws -> [String: World.Answer] {
        try await withThrowingTaskGroup(of: (String, World.Answer).self) { group in
            for (turn, company) in companies.enumerated() {
                group.addTask { (company.portal, try await live(company, turn)) }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    private func live(_ company: Company, _ first: Int) async throws -> World.Answer {
        var turn = first
        let credentials = try await deliver(turn, company) { try await $0.employee(of: company) }
        for number in 0..<callsEach {
            for command in ["IncomingInvite", "AddCallHistory"] {
                turn += 1
                _ = try await deliver(turn, company) {
                    try await $0.report(command, Self.call(number, company), of: company)
                }
            }
            controllers[0].platform.end(Self.call(number, company))
        }
        return credentials
    }

    /// Signs anew and sends again, to the other controller, whatever broke off or is to come again.
    private func deliver(
        _ turn: Int, _ company: Company, _ ask: (World) async throws -> World.Answer
    ) async throws -> World.Answer {
        for attempt in 0..<Self.mostAttempts {
            try Task.checkCancellation()
            let answer: World.Answer
            do {
                answer = try await ask(controllers[(turn + attempt) % controllers.count])
            } catch {
                tally.breakOff()
                continue
            }
            if answer.status == 200 {
                tally.answer()
                return answer
            }
            guard answer.status == 503, answer.retryAfter != nil else {
                throw Unclear(description: "\(answer.status) \(answer.text)")
            }
            tally.refuse()
        }
        throw Unclear(description: "\(company.portal) is not served")
    }
}

extension FakePlatform {
    /// From now on its history has the call, with what it has cost.
    func end(_ call: String) {
        state.withLock { state in
            state.sessions[call] = [
                "custom_data": .text(call), "duration": 36,
                "calls": [["incoming": true, "successful": true, "duration": 34, "cost": .real(1.25)]],
            ]
        }
    }
}

extension World {
    /// What the portal asks for its employee.
    func employee(of company: Load.Company) async throws -> Answer {
        var signing = Signing(direction: .portalToController)
        (signing.portal, signing.licence) = (company.portal, company.key)
        let body: JSONValue = ["USER_ID": .integer(company.employee)]
        return try await send("/portal/GetUser", body.encoded, signing)
    }

    /// A scenario's message of a call.
    func report(_ command: String, _ call: String, of company: Load.Company) async throws -> Answer {
        var signing = Signing(direction: .scenarioToController)
        (signing.portal, signing.licence) = (company.portal, company.key)
        let fields = [
            ("COMMAND", command), ("CALL_ID", call), ("ACCOUNT_SEARCH_ID", "test"), ("CALLER_ID", Self.caller),
            ("PHONE_NUMBER", command == "AddCallHistory" ? Self.caller : "74012000001"), ("INCOMING", "2"),
            ("PORTAL_USER_ID", "\(company.employee)"), ("CALL_DURATION", "34"), ("CALL_STATUS", "true"),
            ("CALL_START_DATE", "1437727826308"),
        ]
        return try await send("/scenario", FormFields(fields.map { .init(name: $0.0, value: $0.1) }).encoded, signing)
    }
}
