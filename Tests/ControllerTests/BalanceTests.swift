import Billing
import Foundation
import Storage
import Synchronization
import TestPostgres
import Testing

@testable import Controller

@Suite struct BalanceTests {
    private let base = Int64(Date().timeIntervalSince1970)

    /// A session that has ended and carries a call.
    private func ended(_ call: String) -> JSONValue {
        ["account_id": 1001, "custom_data": .text(call), "duration": 36, "calls": []]
    }

    /// Looks at balances all the time.
    private func setting() -> World.Setting {
        var setting = World.Setting()
        setting.limits.reconciliation = .milliseconds(20)
        return setting
    }

    private func warnings(_ world: World) -> [String] {
        world.portal.told("BalanceWarning").map { "\($0["KIND"]?.string ?? "") \($0["CROSSING"]?.int64 ?? 0)" }
    }

    /// A row of the platform's ledger, so many hours ago.
    private func row(_ id: Int64, hoursAgo: Int64, _ amount: Double, _ kind: String = "resource_charge") -> JSONValue {
        let time = base - hoursAgo * 3600
        return [
            "transaction_id": .integer(id), "performed_at": .text(PlatformDate.text(time)), "amount": .real(amount),
            "transaction_type": .text(kind),
        ]
    }

    @Test("A low balance is told once, its end once more, and again after a payment")
    func once() async throws {
        try await World.run { world async throws in
            for balance in [500.0, 12.5, 10, 9, 0, -1, 1000, 299] {
                world.platform.state.withLock { $0.balance = .real(balance) }
                _ = try await world.command("GetAccountInfo")
            }
            await world.portal.events.wait { warnings(world).count == 3 }
            #expect(warnings(world) == ["low 1", "empty 1", "low 2"])
            let first = try #require(world.portal.told("BalanceWarning").first)
            #expect(first["BALANCE"] == "12.50")
            #expect(first["CURRENCY"] == "RUB")
            #expect(first["THRESHOLD"] == "300.00")
            #expect(first["EXPLANATION"]?.elements.contains { $0.string?.contains("a new account") == true } == true)
        }
    }

    @Test("After a restart nothing is told twice, and what was not delivered is")
    func restart() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "balance-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var setting = World.Setting()
        setting.databasePath = folder + "/controller.sqlite"
        setting.portal.state.withLock { $0.failures["BalanceWarning"] = 1_000_000 }
        try await World.run(setting) { world async throws in
            _ = try await world.command("GetAccountInfo")
        }
        setting.portal.state.withLock { $0.failures = [:] }
        try await World.run(setting) { world async throws in
            await world.portal.events.wait { warnings(world).count == 1 }
            world.platform.state.withLock { $0.balance = .real(11) }
            _ = try await world.command("GetAccountInfo")
            world.platform.state.withLock { $0.balance = .integer(0) }
            _ = try await world.command("GetAccountInfo")
            await world.portal.events.wait { warnings(world).count == 2 }
            #expect(warnings(world) == ["low 1", "empty 1"])
        }
    }

    @Test("A priced call has the ledger taken over: each movement once, fees apart")
    func ledger() async throws {
        let setting = setting()
        setting.platform.state.withLock { state in
            state.balance = .integer(100_000)
            state.ledger =
                (1...600).map { row($0, hoursAgo: 601 - $0, -2) } + [
                    row(601, hoursAgo: 0, -150, "phone_number_charge"), row(602, hoursAgo: 0, 5000, "wire_transfer"),
                ]
            state.rented = [["phone_price": .integer(150), "phone_next_renewal": "2999-01-01"]]
        }
        try await World.run(setting) { world async throws in
            _ = try await world.command("GetAccountInfo")
            #expect(world.platform.count("GetTransactionHistory") == 0)
            world.platform.state.withLock { $0.sessions[World.callID] = ReconciliationTests.ended }
            _ = try await world.invite()
            _ = try await world.history()
            await world.platform.events.wait { world.platform.count("GetPhoneNumbers") > 0 }
            let spent = try await spending(world) { $0.count >= 599 }
            #expect(spent.allSatisfy { $0 == 2_000_000 })
            // 72 hours of two roubles each.
            let json = try #require(try await world.admin("/admin/balance/demo").json)
            #expect(json["EXPLANATION"]?.elements.contains("forecast for the next 72 h: 144.00 RUB") == true)
            #expect(json["BALANCE"] == "100000.00")
            #expect(json["PHASE"] == "armed")
            // Another call, another look: only what is new is added.
            world.platform.state.withLock { $0.ledger.append(row(603, hoursAgo: 0, -7)) }
            let looks = world.platform.count("GetTransactionHistory")
            world.platform.state.withLock { $0.sessions["second"] = ended("second") }
            _ = try await world.invite(id: "second")
            await world.platform.events.wait { world.platform.count("GetTransactionHistory") > looks }
            let after = try await spending(world) { $0.reduce(0, +) > 1_200_000_000 }
            #expect(after.reduce(0, +) == 1_207_000_000)
        }
    }

    @Test("A ledger of any length is taken over whole and once, also what is booked before it meanwhile")
    func longLedger() async throws {
        let setting = setting()
        let platform = setting.platform
        let late: JSONValue = [
            "transaction_id": 99_999, "performed_at": .text(PlatformDate.text(base - 3700)), "amount": -5,
            "transaction_type": "resource_charge",
        ]
        platform.state.withLock { state in
            state.balance = .integer(100_000)
            // Within one hour, of which two thousand within a second.
            state.ledger = (1...12_500).map { id in
                let ago = 3600 - max(0, id - 2000) / 4
                return [
                    "transaction_id": .integer(Int64(id)), "amount": .integer(-2),
                    "performed_at": .text(PlatformDate.text(base - Int64(ago))), "transaction_type": "resource_charge",
                ]
            }
            let pages = Mutex(0)
            state.mayPass = { step in
                guard step == "before GetTransactionHistory",
                    pages.withLock({
                        $0 += 1; return $0
                    }) == 4
                else {
                    return true
                }
                platform.state.withLock { $0.ledger.insert(late, at: 0) }
                return true
            }
        }
        try await World.run(setting) { world async throws in
            _ = try await world.command("GetAccountInfo")
            world.platform.state.withLock { $0.sessions[World.callID] = ReconciliationTests.ended }
            _ = try await world.invite()
            _ = try await world.history()
            let whole = try await spending(world) { $0.reduce(0, +) >= 25_000_000_000 }
            #expect(whole.reduce(0, +) == 25_000_000_000, "what came meanwhile is the next look's")
            await world.platform.events.wait { world.platform.count("GetPhoneNumbers") > 0 }
            world.platform.state.withLock { $0.sessions["second"] = ended("second") }
            _ = try await world.invite(id: "second")
            let after = try await spending(world) { $0.reduce(0, +) > 25_000_000_000 }
            #expect(after.reduce(0, +) == 25_005_000_000)
        }
    }

    /// What the hours of the demo portal hold, once that is what is waited for.
    private func spending(_ world: World, until isDone: ([Int64]) -> Bool) async throws -> [Int64] {
        let id = PortalID(rawValue: "demo")
        let database = try await Storage.Database.open(TestDatabases.location(world.databasePath))
        defer { try? database.close() }
        let store = BalanceStore(database: database)
        while true {
            let found = try await store.spending(id, since: 0).map(\.millionths)
            if isDone(found) { return found }
            await Task.yield()
        }
    }

    @Test("A ledger that cannot be read is asked for again, and nothing is lost")
    func unreadable() async throws {
        let setting = setting()
        setting.platform.state.withLock { state in
            state.ledger = [
                row(1, hoursAgo: 1, -3), ["performed_at": .text(PlatformDate.text(base - 3600)), "amount": 5],
            ]
            state.balance = .integer(1000)
        }
        try await World.run(setting) { world async throws in
            _ = try await world.command("GetAccountInfo")
            world.platform.state.withLock { $0.sessions[World.callID] = ReconciliationTests.ended }
            _ = try await world.invite()
            await world.platform.events.wait { world.platform.count("GetTransactionHistory") > 1 }
            world.platform.state.withLock { $0.ledger = [row(1, hoursAgo: 1, -3), row(2, hoursAgo: 1, -4)] }
            #expect(try await spending(world) { !$0.isEmpty } == [7_000_000])
            #expect(world.log.text.contains("a row has no id, time or amount"))
        }
    }

    @Test("A portal sets how it is warned")
    func settings() async throws {
        try await World.run { world async throws in
            let before = try #require(try await world.command("GetBalanceSettings").json?["result"])
            #expect(before["MODE"] == "individual" && before["COMMON"] == "300.00" && before["UTC_MINUTES"] == 180)
            #expect(before["BALANCE"] == .null && before["THRESHOLD"] == "300.00")
            let after = try await world.command(
                "SetBalanceSettings", ["MODE": "common", "COMMON": "10", "LEAD_HOURS": 24, "LEARN_LEAD": "N"])
            #expect(after.json?["result"]?["THRESHOLD"] == "10.00")
            #expect(after.json?["result"]?["FLOOR"] == "30.00")
            // 12.50 is enough now; nobody else's threshold has changed.
            _ = try await world.command("GetAccountInfo")
            _ = try await world.command("GetAccountInfo", portal: "other")
            #expect(try await world.admin("/admin/balance/demo").json?["PHASE"] == "armed")
            #expect(try await world.admin("/admin/balance/other").json?["PHASE"] == "low")
            _ = try await world.command("SetBalanceSettings", ["MODE": "off"], portal: "other")
            world.platform.state.withLock { $0.balance = .integer(0) }
            _ = try await world.command("GetAccountInfo", portal: "other")
            #expect(try await world.admin("/admin/balance/other").json?["PHASE"] == "low")
            #expect(try await world.admin("/admin/balance/demo", token: nil).status == 403)
            #expect(try await world.admin("/admin/balance/nobody").code == "ACCOUNT_NOT_FOUND")
        }
    }

    @Test("New accounts begin with the operator's threshold, known ones keep theirs")
    func operatorsThreshold() async throws {
        var thresholds = CommonThresholds()
        let isSet = thresholds.set("RUB 3000")
        #expect(isSet)
        try await World.run(World.Setting(thresholds: thresholds)) { world async throws in
            let new = try #require(try await world.command("GetBalanceSettings").json?["result"])
            #expect(new["COMMON"] == "3000.00" && new["FLOOR"] == "300.00" && new["THRESHOLD"] == "3000.00")
            // The first look at the balance makes the account known, as its portal's settings do.
            _ = try await world.command("GetAccountInfo")
            _ = try await world.command("SetBalanceSettings", ["SAFETY": 900], portal: "other")
            #expect(try await world.admin("/admin/balance/demo").json?["COMMON"] == "3000.00")
            #expect(try await world.admin("/admin/balance/other").json?["COMMON"] == "3000.00")
            let own = try await world.command("SetBalanceSettings", ["COMMON": "20"], portal: "other")
            #expect(own.json?["result"]?["COMMON"] == "20.00")
        }
    }

    @Test(
        "Wrong settings are refused by name and change nothing",
        arguments: [
            ("MODE", "sometimes"), ("COMMON", "-1"), ("COMMON", "much"), ("FLOOR", "99999999"), ("CAP", "1"),
            ("LEAD_HOURS", 0), ("LEAD_HOURS", "9223372036854775807"), ("LEARN_LEAD", true), ("SAFETY", 1000),
            ("UTC_MINUTES", 841), ("COFFEE", "black"),
        ] as [(String, JSONValue)])
    func wrong(field: String, value: JSONValue) throws {
        let settings = BalanceSettings(common: CommonThresholds.standard[.rub])
        let error = #expect(throws: ControllerError.self) {
            try settings.changed(by: .object([.init(name: field, value: value)]))
        }
        #expect(error?.code == .settingsInvalid)
        #expect(error?.message.contains(field == "CAP" ? "FLOOR" : field) == true)
        #expect(throws: ControllerError.self) { try settings.changed(by: ["MODE"]) }
    }

    @Test("What is written comes back")
    func row() async throws {
        let database = try await Storage.Database.open(
            TestDatabases.location(NSTemporaryDirectory() + "balance-\(UUID().uuidString).sqlite"))
        try await database.migrate(Schema.migrations)
        var account = BalanceAccount(
            PortalID(rawValue: "a"), common: CommonThresholds.standard[.usd], at: Moment(milliseconds: 7_200_000))
        account.funds = Money(millionths: -5, .usd)
        account.fundsAt = Moment(milliseconds: 1)
        account.state = WarningState(phase: .low, crossing: 3, lowest: -5)
        account.warnedAt = Moment(milliseconds: 3_600_000)
        account.habit = PaymentHabit(waits: [1, 2])
        account.lastMovement = Moment(milliseconds: 9)
        account.lastMovementID = 17
        account.reading = LedgerReading(cursor: StatementCursor(second: 12, shown: 13), ceiling: 19)
        account.planned = [.init(hour: 5, millionths: 6), .init(hour: 7, millionths: 8)]
        account.plannedAt = Moment(milliseconds: 10)
        account.nextCheck = Moment(milliseconds: 11)
        account.failures = 2
        account.settings = try account.settings.changed(by: ["MODE": "off", "FLOOR": "0", "UTC_MINUTES": -300])
        account.notePayment(at: Moment(milliseconds: 3_600_000 * 6))
        #expect(account.habit.waits == [1, 2, 5] && account.warnedAt == nil)
        let written = account
        try await database.write { try BalanceStore.save(written, in: $0) }
        let store = BalanceStore(database: database)
        #expect(try await store.find(written.portal) == written)
        #expect(try await store.due(at: Moment(milliseconds: 10), limit: 9).isEmpty)
        #expect(try await store.due(at: Moment(milliseconds: 11), limit: 9) == [written.portal])
        try await database.write {
            try BalanceStore.awake(
                written.portal, common: CommonThresholds.standard[.usd], at: Moment(milliseconds: 99), in: $0)
            let new = PortalID(rawValue: "b")
            let common = Money(millionths: 12_500_000, .eur)
            try BalanceStore.awake(new, common: common, at: Moment(milliseconds: 98), in: $0)
        }
        let due = try await store.due(at: Moment(milliseconds: 100), limit: 9)
        #expect(due.map(\.rawValue) == ["b", "a"])
        let awoken = try await store.find(PortalID(rawValue: "b"))
        #expect(awoken?.settings.warning.common == Money(millionths: 12_500_000, .eur))
    }

    @Test(
        "The queries find their rows by an index",
        .enabled(if: !TestDatabases.areOnPostgres, "the plans are SQLite's"))
    func indexed() async throws {
        let database = try Storage.Database.open(path: NSTemporaryDirectory() + "balance-\(UUID().uuidString).sqlite")
        try await database.migrate(Schema.migrations)
        for query in [
            "SELECT portal_id FROM balance_account WHERE next_check_at <= 5 ORDER BY next_check_at LIMIT 9",
            "SELECT * FROM balance_account WHERE portal_id = 'a'",
            "SELECT hour, amount FROM balance_spending WHERE portal_id = 'a' AND hour >= 5 ORDER BY hour",
            "DELETE FROM balance_spending WHERE portal_id = 'a' AND hour < 5",
        ] {
            let plan = try await database.read { transaction in
                try transaction.query("EXPLAIN QUERY PLAN " + query).map { try $0.text("detail") }
            }
            #expect(!plan.isEmpty && plan.allSatisfy { $0.contains("SEARCH") && $0.contains("INDEX") }, "\(plan)")
        }
    }
}
