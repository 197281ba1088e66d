import Billing
import CallControl
import Foundation
import Storage
import Testing

@testable import VoicePlatform

/// A database with an account and its child, without a server around it.
struct LedgerBench: Sendable {
    let database: Database
    let parent: AccountID
    let child: AccountID
    static let start = UnixTime(seconds: 1_800_000_000)

    /// Runs `body` with a new database file.
    static func run(credit: Int64 = 0, _ body: @Sendable (LedgerBench) async throws -> Void) async throws {
        let path = NSTemporaryDirectory() + "ledger-\(UUID().uuidString).sqlite"
        defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
        let database = try Database.open(path: path)
        try await database.migrate(PlatformSchema.migrations)
        let (parent, child) = try await database.write { transaction in
            let parent = try insert("parent", of: nil, credit: credit, transaction)
            return (parent, try insert("child", of: parent, credit: credit, transaction))
        }
        try await body(LedgerBench(database: database, parent: parent, child: child))
        try database.close()
    }

    static func insert(
        _ name: String, of parent: AccountID?, credit: Int64, _ transaction: Transaction
    ) throws -> AccountID {
        try AccountStore(transaction: transaction).insert(
            .init(
                parentID: parent, name: name, email: "\(name)@ledger.test", apiKey: APIKey(text: name), currency: .eur,
                creditLimit: Money(millionths: credit, .eur), isActive: true), at: start)
    }

    func give(_ amount: Int64, to account: AccountID, key: String = UUID().uuidString) async throws {
        try await database.write { transaction in
            try LedgerStore(transaction: transaction).book(
                LedgerEntry(
                    key: IdempotencyKey(rawValue: key), kind: .gift, amount: Money(millionths: amount, .eur)),
                for: account, at: Self.start)
        }
    }

    func funds(_ account: AccountID, at now: UnixTime = start) async throws -> AccountFunds {
        try await database.read { try LedgerStore(transaction: $0).funds(of: account, at: now) }
    }

    /// A price of 1 millionth for each second.
    static func price(first: Int = 60, next: Int = 60, setup: Int64 = 0, free: Int = 0) -> CallPrice {
        CallPrice(
            group: "g", perMinute: Money(millionths: 60, .eur), step: BillingStep(first: first, next: next),
            freeSeconds: free, setupFee: Money(millionths: setup, .eur))
    }

    func hold(_ leg: String, price: CallPrice = price(), limit: Int64? = nil) -> CallHold {
        CallHold(
            key: .init(session: SessionID(rawValue: 1), leg: CallID(rawValue: leg)), account: child, price: price,
            hourlyLimit: limit.map { Money(millionths: $0, .eur) })
    }

    func open(_ hold: CallHold, at now: UnixTime = start) async throws -> Int {
        try await database.write { try HoldStore(transaction: $0, now: now).open(hold) }
    }

    func extend(_ hold: CallHold, through target: Int, at now: UnixTime = start) async throws -> Int {
        try await database.write { try HoldStore(transaction: $0, now: now).extend(hold, through: target) }
    }
}

@Suite struct LedgerStoreTests {
    @Test func `the balance is kept with the entries, and an entry counts once`() async throws {
        try await LedgerBench.run { bench in
            for _ in 0..<3 { try await bench.give(500, to: bench.child, key: "one") }
            try await bench.give(-20, to: bench.child, key: "two")
            #expect(try await bench.funds(bench.child).balance.millionths == 480)
            await #expect(throws: LedgerError.conflict(IdempotencyKey(rawValue: "one"))) {
                try await bench.give(501, to: bench.child, key: "one")
            }
            await #expect(throws: LedgerError.self) { try await bench.give(.max, to: bench.child) }
            await #expect(throws: LedgerError.noAccount) { try await bench.give(1, to: AccountID(rawValue: 99)) }
            await #expect(throws: LedgerError.money(.currencyMismatch(expected: .eur, found: .usd))) {
                try await bench.database.write { transaction in
                    try LedgerStore(transaction: transaction).book(
                        LedgerEntry(
                            key: IdempotencyKey(rawValue: "usd"), kind: .gift, amount: Money(millionths: 1, .usd)),
                        for: bench.child, at: LedgerBench.start)
                }
            }
            #expect(try await bench.funds(bench.child).balance.millionths == 480)
            #expect(try await bench.funds(bench.parent).balance.isZero)
        }
    }

    @Test(arguments: ["UPDATE ledger_entry SET amount = 1", "DELETE FROM ledger_entry WHERE id > 0"])
    func `the database itself refuses to change or delete an entry`(change: String) async throws {
        try await LedgerBench.run { bench in
            try await bench.give(500, to: bench.child)
            let error = await #expect(throws: StorageError.self) {
                try await bench.database.write { try $0.execute(change) }
            }
            #expect(error?.code == .constraintViolation)
            let rows = try await bench.database.read { try $0.query("SELECT amount FROM ledger_entry") }
            #expect(try rows.map { try $0.integer("amount") } == [500])
        }
    }

    @Test func `balances of a database that had none are the sums of its entries`() async throws {
        let path = NSTemporaryDirectory() + "ledger-\(UUID().uuidString).sqlite"
        defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
        let database = try Database.open(path: path)
        let new = try #require(PlatformSchema.migrations.firstIndex { $0.name == "2026-12 balances and holds" })
        try await database.migrate(Array(PlatformSchema.migrations[..<new]))
        let account = try await database.write { transaction in
            let id = try LedgerBench.insert("old", of: nil, credit: 0, transaction)
            for amount in [7, -2] {
                try transaction.execute(
                    """
                    INSERT INTO ledger_entry (account_id, entry_key, kind, amount, currency, description, performed_at)
                    VALUES (?, ?, 'gift', ?, 'EUR', '', 0)
                    """, [.integer(id.rawValue), .text("k\(amount)"), .integer(amount)])
            }
            return id
        }
        try await database.migrate(PlatformSchema.migrations)
        let balance = try await database.read { try LedgerStore(transaction: $0).balance(of: account, .eur) }
        #expect(balance.millionths == 5)
        try database.close()
    }

    @Test func `a transfer is two entries or none, and nobody gives what he has not`() async throws {
        try await LedgerBench.run(credit: 50) { bench in
            try await bench.give(100, to: bench.parent)
            func transfer(_ amount: Int64, _ key: String, to child: AccountID? = nil, strict: Bool = false) async throws
            {
                try await bench.database.write { transaction in
                    try Transfer(
                        parent: bench.parent, child: child ?? bench.child, amount: Money(millionths: amount, .eur),
                        key: key, isStrict: strict
                    ).perform(in: transaction, at: LedgerBench.start)
                }
            }
            func balances() async throws -> [Int64] {
                [
                    try await bench.funds(bench.parent).balance.millionths,
                    try await bench.funds(bench.child).balance.millionths,
                ]
            }
            await #expect(throws: MoneyRefusal.insufficientFunds) { try await transfer(101, "strict", strict: true) }
            for _ in 0..<2 { try await transfer(120, "a") }
            #expect(try await balances() == [-20, 120])
            await #expect(throws: MoneyRefusal.insufficientFunds) { try await transfer(31, "credit") }
            await #expect(throws: LedgerError.noAccount) { try await transfer(1, "b", to: AccountID(rawValue: 99)) }
            #expect(try await balances() == [-20, 120])
            // The child has 120, of which a call holds 60; its credit is not its own.
            #expect(try await bench.open(bench.hold("call")) == 60)
            await #expect(throws: MoneyRefusal.insufficientFunds) { try await transfer(-61, "c") }
            for _ in 0..<2 { try await transfer(-60, "d") }
            #expect(try await balances() == [40, 60])
        }
    }
}

@Suite struct HoldStoreTests {
    @Test func `calls share the balance and hold no more than there is`() async throws {
        try await LedgerBench.run(credit: 100) { bench in
            try await bench.give(150, to: bench.child)
            let (first, second, third) = (bench.hold("a"), bench.hold("b"), bench.hold("c"))
            for _ in 0..<2 { #expect(try await bench.open(first) == 60) }
            #expect(try await bench.open(second) == 60)
            #expect(try await bench.extend(first, through: 180) == 180)
            await #expect(throws: MoneyRefusal.insufficientFunds) { try await bench.open(third) }
            await #expect(throws: MoneyRefusal.insufficientFunds) { try await bench.extend(second, through: 120) }
            #expect(try await bench.funds(bench.child).available().millionths == 10)
            try await bench.give(60, to: bench.child)
            // Part of what is asked for.
            #expect(try await bench.extend(second, through: 600) == 120)
            #expect(try await bench.funds(bench.child).available().millionths == 10)
        }
    }

    @Test func `a hold ends in the charge, once, and can then not be extended`() async throws {
        try await LedgerBench.run { bench in
            try await bench.give(200, to: bench.child)
            let hold = bench.hold("a")
            _ = try await bench.open(hold)
            let end = LegEnd(
                seconds: 61, isSuccessful: true, code: 200, reason: "OK",
                charge: try hold.price.charge(seconds: 60), isHeld: true)
            for _ in 0..<2 {
                try await bench.database.write { transaction in
                    try SessionHistory(transaction: transaction).finish(
                        hold.key.leg, of: hold.key.session, end, account: bench.child, at: LedgerBench.start)
                }
            }
            let funds = try await bench.funds(bench.child)
            #expect(funds.balance.millionths == 140)
            #expect(funds.held.isZero)
            #expect(funds.spentThisHour.millionths == 60)
            await #expect(throws: MoneyRefusal.accountClosed) { try await bench.extend(hold, through: 120) }
        }
    }

    @Test func `an hour has a limit, the next one begins anew`() async throws {
        try await LedgerBench.run { bench in
            try await bench.give(10_000, to: bench.child)
            let (first, second) = (bench.hold("a", limit: 100), bench.hold("b", limit: 100))
            #expect(try await bench.open(first) == 60)
            await #expect(throws: MoneyRefusal.spendingLimit) { try await bench.open(second) }
            await #expect(throws: MoneyRefusal.spendingLimit) { try await bench.extend(first, through: 120) }
            let end = LegEnd(
                seconds: 60, isSuccessful: true, code: 200, reason: "OK",
                charge: try first.price.charge(seconds: 60), isHeld: true)
            try await bench.database.write { transaction in
                try SessionHistory(transaction: transaction).finish(
                    first.key.leg, of: first.key.session, end, account: bench.child, at: LedgerBench.start)
            }
            await #expect(throws: MoneyRefusal.spendingLimit) { try await bench.open(second) }
            #expect(try await bench.open(second, at: UnixTime(seconds: LedgerBench.start.seconds + 3600)) == 60)
        }
    }

    @Test func `a forgotten hold expires, a closed account holds nothing more`() async throws {
        try await LedgerBench.run { bench in
            try await bench.give(60, to: bench.child)
            _ = try await bench.open(bench.hold("a"))
            await #expect(throws: MoneyRefusal.insufficientFunds) { try await bench.open(bench.hold("b")) }
            let later = UnixTime(seconds: LedgerBench.start.seconds + 961)
            #expect(try await bench.funds(bench.child, at: later).held.isZero)
            #expect(try await bench.open(bench.hold("b"), at: later) == 60)
            let rows = try await bench.database.read { try $0.query("SELECT call_id FROM money_hold") }
            #expect(try rows.map { try $0.text("call_id") } == ["b"])
            for column in ["frozen = 1", "frozen = 0, active = 0"] {
                try await bench.database.write { try $0.execute("UPDATE account SET \(column) WHERE name = 'child'") }
                await #expect(throws: MoneyRefusal.accountClosed) {
                    try await bench.extend(bench.hold("b"), through: 120, at: later)
                }
            }
        }
    }

    @Test func `free seconds are no start for who cannot pay what follows`() async throws {
        try await LedgerBench.run { bench in
            let price = CallPrice(
                group: "g", perMinute: Money(millionths: 60, .eur), step: .minutes, freeSeconds: 10,
                setupFee: .zero(.eur))
            await #expect(throws: MoneyRefusal.insufficientFunds) {
                try await bench.open(bench.hold("a", price: price))
            }
            try await bench.give(60, to: bench.child)
            #expect(try await bench.open(bench.hold("a", price: price)) == 70)
        }
    }
}
