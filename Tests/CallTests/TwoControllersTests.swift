import Foundation
import SIP
import Storage
import Synchronization
import Testing

@testable import Switchboard

/// Two controllers on one PostgreSQL, of which one is killed while companies telephone and ask.
@Suite(.serialized) struct TwoControllersTests {
    /// Calls that follow each other at each company that telephones on.
    private static let callsInTurn = 8

    @Test(.timeLimit(.minutes(4)))
    func ofTwoOneIsKilledAndNoRequestAndNoCallIsLostOrTwice() async throws {
        try await ControllerPair.run(companies: 4) { pair in
            let telephones = try await pair.telephones()
            // The platform knows the settings of each line afterwards.
            for (company, phones) in zip(pair.companies, telephones) {
                try await phones.hangUp(try await phones.talk(to: company))
            }
            var standing: [StandingCall] = []
            for index in 0..<2 { standing.append(try await .begin(telephones[index], pair.companies[index])) }
            let load = Load(pair: pair, telephones: telephones)
            async let passwords = load.ask()
            async let calls: Void = load.telephone(2..<4, callsEach: Self.callsInTurn)
            try await Wait.until("a part of the calls") { load.calls >= Self.callsInTurn ? true : nil }
            pair.controllers[0].kill()
            try await calls
            for call in standing { try await call.end() }
            load.end()
            let told = try await passwords
            try await settle(pair, calls: 4 + 2 + 2 * Self.callsInTurn)
            try await checkCalls(pair, standing)
            try await checkObjects(pair)
            try await checkPasswords(pair, load, told)
            print("requests: \(load.tally.all)")
            #expect(load.tally.all.broken > 0, "requests are on their way to the one that dies")
            try await pair.controllers[1].says("on duty")
            for phones in telephones { await phones.stop() }
        }
    }

    /// Until each call is at its portal, with its cost at the controller.
    private func settle(_ pair: ControllerPair, calls: Int) async throws {
        let open = [
            "SELECT COUNT(*) AS number FROM call_history WHERE cost_final IS NULL",
            "SELECT COUNT(*) AS number FROM outbox WHERE delivered_at IS NULL",
            "SELECT COUNT(*) - \(calls) AS number FROM call_history",
        ]
        try await Wait.until("history and cost of each call") { () -> Bool? in
            for query in open {
                let numbers = try await pair.controller(query) { try $0.integer("number") }
                guard numbers == [0] else { return nil }
            }
            for company in pair.companies { guard try await company.outbox() == 0 else { return nil } }
            return true
        }
    }

    /// Platform, controllers and portals know the same calls, each once, with the same talk and the same cost.
    private func checkCalls(_ pair: ControllerPair, _ standing: [StandingCall]) async throws {
        let sessions = try await pair.platform(
            """
            SELECT s.custom_data, SUM(l.cost) AS cost, MAX(CASE WHEN l.incoming = 1 THEN l.duration_s END) AS talk
            FROM call_session s JOIN call_leg l ON l.session_id = s.id GROUP BY s.id ORDER BY s.custom_data
            """
        ) { KnownCall(name: try $0.text("custom_data"), talk: try $0.integer("talk"), cost: try $0.integer("cost")) }
        let history = try await pair.controller("SELECT call_id, talk_seconds, cost FROM call_history ORDER BY call_id")
        {
            KnownCall(
                name: try $0.text("call_id"), talk: try $0.integer("talk_seconds"), cost: try $0.integer("cost"))
        }
        #expect(sessions == history)
        let paid = try await pair.platform(
            "SELECT -SUM(amount) AS paid FROM ledger_entry WHERE kind = 'resource_charge'"
        ) { try $0.integer("paid") }
        #expect(paid == [sessions.map(\.cost).reduce(0, +)])
        let totals = try await pair.controller(
            """
            SELECT CAST(SUM(calls) AS BIGINT) AS calls, CAST(SUM(talk_seconds) AS BIGINT) AS talk,
                CAST(SUM(cost) AS BIGINT) AS cost FROM call_total WHERE scope = 'day'
            """
        ) { [try $0.integer("calls"), try $0.integer("talk"), try $0.integer("cost")] }
        #expect(
            totals == [[Int64(history.count), history.map(\.talk).reduce(0, +), history.map(\.cost).reduce(0, +)]])
        try await checkPortals(pair, history)
        for call in standing {
            let longest = try await call.company.calls().values.compactMap { $0["duration"] as? Int }.max() ?? 0
            #expect(abs(Double(longest) - call.seconds) < 2, "\(longest) s instead of \(call.seconds) s")
        }
    }

    private func checkPortals(_ pair: ControllerPair, _ history: [KnownCall]) async throws {
        let talks = Dictionary(history.map { ($0.name, Int($0.talk)) }) { first, _ in first }
        for company in pair.companies {
            let rows = try await pair.controller(
                "SELECT call_id FROM call_history WHERE portal_id = '\(company.name)'"
            ) { try $0.text("call_id") }
            let calls = try await company.calls()
            #expect(Set(calls.keys) == Set(rows))
            for (name, call) in calls {
                #expect(call["success"] as? Bool == true)
                #expect(call["duration"] as? Int == talks[name])
            }
        }
        let open = try await pair.controller("SELECT COUNT(*) AS number FROM call WHERE state <> 'closed'") {
            try $0.integer("number")
        }
        #expect(open == [0])
    }

    private func checkObjects(_ pair: ControllerPair) async throws {
        let companies = Int64(pair.companies.count)
        let expected: [(String, Int64)] = [
            ("account WHERE parent_id IS NOT NULL", companies), ("application", companies), ("scenario", companies),
            ("call_rule", companies), ("phone_number", companies), ("app_user", companies * 4),
            ("call_session WHERE finish_reason IS NULL", 0), ("money_hold", 0),
        ]
        for (table, number) in expected {
            let found = try await pair.platform("SELECT COUNT(*) AS number FROM \(table)") { try $0.integer("number") }
            #expect(found == [number], "\(table)")
        }
    }

    /// What a portal was told last is what it is told again, and what lets a telephone in.
    private func checkPasswords(_ pair: ControllerPair, _ load: Load, _ told: [String: String]) async throws {
        for company in pair.companies {
            let answer = try await load.requests(of: company).ask("GetUser", ["USER_ID": Load.employee])
            let password = try #require(answer["user_password"] as? String)
            #expect(password == told[company.name])
            let phone = try await pair.installation.phone(
                try #require(answer["user_login"] as? String), domain: try #require(answer["domain"] as? String),
                password: password)
            try await phone.register()
            await phone.stop()
        }
    }

    private struct KnownCall: Equatable {
        var name: String
        var talk: Int64
        /// In millionths.
        var cost: Int64
    }

    /// A call that lasts while a controller dies.
    private final class StandingCall: Sendable {
        let company: Company
        private let phones: Telephones
        private let handle: SessionHandle
        private let begun = ContinuousClock.now
        private let length = Mutex(0.0)

        var seconds: Double { length.withLock { $0 } }

        private init(_ phones: Telephones, _ company: Company, _ handle: SessionHandle) {
            (self.phones, self.company, self.handle) = (phones, company, handle)
        }

        static func begin(_ phones: Telephones, _ company: Company) async throws -> StandingCall {
            StandingCall(phones, company, try await phones.talk(to: company))
        }

        func end() async throws {
            try await phones.hangUp(handle)
            length.withLock { $0 = (ContinuousClock.now - begun) / .seconds(1) }
        }
    }
}
