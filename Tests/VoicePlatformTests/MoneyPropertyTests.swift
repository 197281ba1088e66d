import Billing
import CallControl
import Foundation
import Storage
import Testing

@testable import VoicePlatform

/// Calls, payments, transfers, retries and crashes in any order, against a database file; time is virtual.
private struct MoneyWorld {
    private struct Call {
        let hold: CallHold
        var meter: CallMeter
        var ledger: LegLedger
        var answeredAt: UnixTime?

        func elapsed(at now: UnixTime) -> Duration {
            .milliseconds(now.milliseconds - (answeredAt ?? now).milliseconds)
        }
    }

    private var generator: SeededGenerator
    private var path: String
    /// How often the program has died.
    private var life = 0
    private var database: Database
    private let parent: AccountID
    private let children: [AccountID]
    private var now = LedgerBench.start
    private var calls: [Call] = []
    private var counter = 0
    /// What the legs cost, by their ids.
    private var prices: [String: CallPrice] = [:]
    /// What every account's balance must be, by entries that this world has made itself.
    private var payments: [AccountID: Int64] = [:]
    private var lastWork: (@Sendable (Transaction) throws -> Void)?
    private let credit: Int64

    init(seed: UInt64, directory: String) async throws {
        var generator = SeededGenerator(seed: seed)
        credit = Bool.random(using: &generator) ? 0 : .random(in: 1...200, using: &generator)
        path = directory + "/money-\(seed)-\(UUID().uuidString).0.sqlite"
        database = try Database.open(path: path, maximumReaders: 1)
        try await database.migrate(PlatformSchema.migrations)
        let credit = credit
        (parent, children) = try await database.write { transaction in
            let parent = try LedgerBench.insert("parent", of: nil, credit: credit, transaction)
            return (
                parent,
                try (0..<2).map { try LedgerBench.insert("child\($0)", of: parent, credit: credit, transaction) }
            )
        }
        self.generator = generator
    }

    func close() throws {
        try database.close()
        Self.remove(path)
    }

    private var accounts: [AccountID] { [parent] + children }

    private mutating func random(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &generator) }

    /// Does something, and sometimes the same again: whoever got no answer tries again.
    private mutating func write(_ work: @escaping @Sendable (Transaction) throws -> Void) async throws {
        lastWork = work
        try await database.write { try work($0) }
    }

    mutating func step() async throws {
        switch random(0...11) {
        case 0: try await pay()
        case 1: try await transfer()
        case 2, 3: try await dial()
        case 4: await answer()
        case 5, 6, 7: try await pass(milliseconds: random(0...1) == 0 ? random(1...3000) : random(1...90_000))
        case 8: if !calls.isEmpty { try await hangUp(random(0...calls.count - 1), times: random(1...2)) }
        case 9: if let lastWork { try? await database.write { try lastWork($0) } }
        case 10 where random(0...1) == 0: try await crash()
        default: try await beat()
        }
        try await check()
    }

    private mutating func pay() async throws {
        guard let account = accounts.randomElement(using: &generator) else { return }
        counter += 1
        let (amount, key, now) = (Int64(random(1...300)), IdempotencyKey(rawValue: "pay-\(counter)"), now)
        payments[account, default: 0] += amount
        try await write { transaction in
            try LedgerStore(transaction: transaction).book(
                LedgerEntry(key: key, kind: .cardPayment, amount: Money(millionths: amount, .eur)), for: account,
                at: now)
        }
    }

    private mutating func transfer() async throws {
        guard let child = children.randomElement(using: &generator) else { return }
        counter += 1
        let (amount, key, now, parent) = (random(-150...150), "transfer-\(counter)", now, parent)
        guard amount != 0 else { return }
        do {
            try await write { transaction in
                try Transfer(parent: parent, child: child, amount: Money(millionths: Int64(amount), .eur), key: key)
                    .perform(in: transaction, at: now)
            }
            payments[parent, default: 0] -= Int64(amount)
            payments[child, default: 0] += Int64(amount)
        } catch is MoneyRefusal {
            // It must not come through later either.
            lastWork = nil
        }
    }

    private mutating func dial() async throws {
        guard let account = accounts.randomElement(using: &generator) else { return }
        counter += 1
        let price = LedgerBench.price(
            first: random(1...60), next: random(1...60), setup: random(0...1) == 0 ? 0 : Int64(random(1...20)),
            free: random(0...1) == 0 ? 0 : random(1...20))
        let (leg, now) = (CallID(rawValue: "leg-\(counter)"), now)
        let record = HistoryTests.leg(leg.rawValue, remote: "r")
        prices[leg.rawValue] = price
        lastWork = nil
        do {
            let (hold, through) = try await database.write { transaction in
                let history = SessionHistory(transaction: transaction)
                let session = try history.insert(HistoryTests.session(.bare(account)))
                try history.insert(record, of: session)
                let hold = CallHold(key: .init(session: session, leg: leg), account: account, price: price)
                return (hold, try HoldStore(transaction: transaction, now: now).open(hold))
            }
            var ledger = LegLedger()
            ledger.add(record, price: price, .eur)
            calls.append(Call(hold: hold, meter: CallMeter(price: price, paidThrough: through), ledger: ledger))
        } catch is MoneyRefusal {}
    }

    private mutating func answer() async {
        guard let index = calls.firstIndex(where: { $0.answeredAt == nil }) else { return }
        calls[index].answeredAt = now
        let (key, now) = (calls[index].hold.key, now)
        let isNew = calls[index].ledger.connected(key.leg, at: now)
        #expect(isNew)
        try? await write { try SessionHistory(transaction: $0).setConnected(key.leg, of: key.session, at: now) }
        await perform(calls[index].meter.advance(to: .zero), index)
    }

    /// Lets time go by, with every meter at work.
    private mutating func pass(milliseconds: Int) async throws {
        var left = milliseconds
        while left > 0 {
            let step = min(left, random(1...1500))
            left -= step
            now = UnixTime(milliseconds: now.milliseconds + Int64(step))
            for index in calls.indices.reversed() where calls[index].answeredAt != nil {
                let elapsed = calls[index].elapsed(at: now)
                guard let deadline = calls[index].meter.deadline, deadline <= elapsed else { continue }
                await perform(calls[index].meter.advance(to: elapsed), index)
            }
            for index in calls.indices.reversed()
            where calls[index].answeredAt != nil && calls[index].meter.deadline == nil {
                try await hangUp(index, times: 1)
            }
        }
    }

    private mutating func perform(_ actions: [CallMeter.Action], _ index: Int) async {
        for action in actions {
            guard case .reserve(let through) = action else { continue }
            let (hold, now) = (calls[index].hold, now)
            let elapsed = calls[index].elapsed(at: now)
            let answer = try? await database.write { transaction in
                try HoldStore(transaction: transaction, now: now).answer { try $0.extend(hold, through: through) }
            }
            // Some answers are lost on their way.
            let isLost = random(0...9) == 0
            let next =
                switch answer {
                case .success(let seconds) where !isLost: calls[index].meter.granted(through: seconds, at: elapsed)
                case .failure(let refusal) where !isLost: calls[index].meter.refused(refusal, at: elapsed)
                default: calls[index].meter.failed(at: elapsed)
                }
            await perform(next, index)
        }
    }

    private mutating func hangUp(_ index: Int, times: Int) async throws {
        var call = calls.remove(at: index)
        let now = now
        let (hold, talk, paid) = (call.hold, call.elapsed(at: now), call.meter.paidThrough)
        let ended =
            random(0...1) == 0
            ? call.ledger.abandon(hold.key.leg, at: now, paidThrough: paid)
            : call.ledger.disconnected(hold.key.leg, CallEnd(talk: talk, code: 200, reason: "OK"), paidThrough: paid)
        let end = try #require(ended)
        // Seconds that have begun, but for the moment after the last one that is paid.
        let begun = max(1, Int((talk / .milliseconds(1)).rounded(.up) + 999) / 1000)
        let seconds = call.answeredAt == nil ? 0 : begun - 1 == paid ? paid : begun
        #expect(end.seconds == seconds && end.isSuccessful == (call.answeredAt != nil))
        #expect(end.charge == (try hold.price.charge(seconds: min(seconds, paid))))
        for _ in 0..<times {
            try await write { transaction in
                let history = SessionHistory(transaction: transaction)
                try history.finish(hold.key.leg, of: hold.key.session, end, account: hold.account, at: now)
                try history.finish(hold.key.session, at: now, reason: "Normal termination")
            }
        }
    }

    private mutating func beat() async throws {
        let now = now
        try await database.write { try CrashRecovery(transaction: $0).beat(at: now) }
    }

    /// The program dies in the middle of a transfer: the file holds its commit whole, in part or not at all.
    private mutating func crash() async throws {
        let before = Self.size(path + "-wal")
        let (key, amount) = ("torn-\(counter)", Int64(random(1...20)))
        counter += 1
        let (parent, child, moment) = (parent, children[0], now)
        try? await database.write { transaction in
            try Transfer(parent: parent, child: child, amount: Money(millionths: amount, .eur), key: key)
                .perform(in: transaction, at: moment)
        }
        let after = Self.size(path + "-wal")
        try await reopen(keeping: random(0...2) == 0 ? after : random(min(before, after)...after))
        now = UnixTime(seconds: now.seconds + Int64(random(1...100)))
        let now = now
        let isThere = try await database.write { transaction in
            let recovery = CrashRecovery(transaction: transaction)
            _ = try recovery.closeOpenSessions(now: now)
            try recovery.beat(at: now)
            return try transaction.queryOne("SELECT id FROM ledger_entry WHERE entry_key = ?", [.text(key + "-parent")])
                != nil
        }
        guard isThere else { return }
        payments[parent, default: 0] -= amount
        payments[child, default: 0] += amount
    }

    /// Everything in memory is lost, and all of the write-ahead log after so many bytes.
    private mutating func reopen(keeping bytes: Int) async throws {
        (calls, lastWork, life) = ([], nil, life + 1)
        let old = path
        path = old.replacing(/\.\d+\.sqlite$/, with: ".\(life).sqlite")
        try FileManager.default.copyItem(atPath: old, toPath: path)
        if let log = FileManager.default.contents(atPath: old + "-wal") {
            try log.prefix(bytes).write(to: URL(filePath: path + "-wal"))
        }
        try database.close()
        Self.remove(old)
        database = try Database.open(path: path, maximumReaders: 1)
    }

    private static func size(_ path: String) -> Int { FileManager.default.contents(atPath: path)?.count ?? 0 }

    private static func remove(_ path: String) {
        for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) }
    }

    private func check() async throws {
        let (accounts, now, credit, payments, prices) = (accounts, now, credit, payments, prices)
        let running = calls.count
        try await database.read { transaction in
            for account in accounts {
                let rows = try transaction.query(
                    "SELECT kind, amount FROM ledger_entry WHERE account_id = ?", [.integer(account.rawValue)])
                let funds = try LedgerStore(transaction: transaction).funds(of: account, at: now)
                let sum = try rows.map { try $0.integer("amount") }.reduce(0, +)
                #expect(funds.balance.millionths == sum)
                let others = try rows.filter { try $0.text("kind") != "resource_charge" }
                #expect(try others.map { try $0.integer("amount") }.reduce(0, +) == payments[account, default: 0])
                #expect(sum - funds.held.millionths >= -credit, "spent more than there is")
            }
            let holds = try transaction.queryOne("SELECT COUNT(*) AS n FROM money_hold")?.integer("n") ?? 0
            #expect(Int(holds) == running, "a hold for each call, and no other")
            let twice = try transaction.query(
                """
                SELECT l.id FROM call_leg l JOIN ledger_entry e
                ON e.account_id > 0 AND e.entry_key = 'call-' || l.session_id || '-' || l.call_id
                GROUP BY l.id HAVING COUNT(*) > 1 OR MIN(-e.amount) <> MIN(l.cost)
                """)
            #expect(twice.isEmpty, "a charge is booked once and stands in the history")
            try Self.checkHistory(transaction, prices)
        }
    }

    /// Whoever was answered pays for a second at least, and nobody for more seconds than his history shows.
    private static func checkHistory(_ transaction: Transaction, _ prices: [String: CallPrice]) throws {
        let rows = try transaction.query(
            "SELECT call_id, duration_s, successful, cost FROM call_leg WHERE duration_s IS NOT NULL")
        for row in rows {
            let price = try #require(prices[try row.text("call_id")])
            let (seconds, cost) = (Int(try row.integer("duration_s")), try row.integer("cost"))
            #expect((seconds > 0) == (try row.flag("successful")))
            #expect(cost <= (try price.charge(seconds: seconds).amount.millionths))
            #expect(cost >= (try price.charge(seconds: min(seconds, 1)).amount.millionths))
        }
    }

    /// Ends what runs; nothing may stay held.
    mutating func finish() async throws {
        while !calls.isEmpty { try await hangUp(0, times: 1) }
        try await check()
    }
}

@Suite struct MoneyPropertyTests {
    /// A file system in memory where there is one: the test asks what is written, not how fast the disk is.
    private static let directory =
        FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()

    @Test(arguments: UInt64(0)..<150)
    func `whatever happens in whatever order, the money adds up`(seed: UInt64) async throws {
        var world = try await MoneyWorld(seed: seed, directory: Self.directory)
        for _ in 0..<60 { try await world.step() }
        try await world.finish()
        try world.close()
    }
}

/// SplitMix64: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
