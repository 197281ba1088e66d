import Billing
import CallControl
import Foundation
import Storage
import Testing

@testable import VoicePlatform

/// Many at once on one account: calls that hold, extend and pay, and payments, each of them sent again now and then.
@Suite struct ConcurrentMoneyTests {
    private static let workers = 8
    private static let steps = 25
    private static let credit: Int64 = 100

    @Test(arguments: UInt64(0)..<20)
    func `however calls and payments of an account meet, nothing is spent or booked twice`(seed: UInt64) async throws {
        try await LedgerBench.run(credit: Self.credit) { bench in
            let paid = try await withThrowingTaskGroup(of: Int64.self) { group in
                for worker in 0..<Self.workers {
                    group.addTask {
                        try await Self.work(bench, worker, SeededGenerator(seed: seed << 8 | UInt64(worker)))
                    }
                }
                return try await group.reduce(0, +)
            }
            let funds = try await bench.funds(bench.child)
            #expect(funds.held.isZero, "seed \(seed)")
            #expect(funds.balance.millionths == paid, "seed \(seed)")
            let rows = try await bench.database.read {
                try $0.query("SELECT amount FROM ledger_entry WHERE account_id = ?", [.integer(bench.child.rawValue)])
            }
            #expect(try rows.map { try $0.integer("amount") }.reduce(0, +) == paid, "seed \(seed)")
        }
    }

    /// One caller's day.
    ///
    /// - Returns: What his payments have brought, less what his calls have cost.
    private static func work(_ bench: LedgerBench, _ worker: Int, _ numbers: SeededGenerator) async throws -> Int64 {
        var generator = numbers
        var sum: Int64 = 0
        for step in 0..<steps {
            let name = "\(worker)-\(step)"
            let times = Int.random(in: 1...2, using: &generator)
            if Int.random(in: 0...2, using: &generator) == 0 {
                let amount = Int64.random(in: 1...200, using: &generator)
                for _ in 0..<times { try await bench.give(amount, to: bench.child, key: "pay-\(name)") }
                sum += amount
            } else {
                let seconds = Int.random(in: 0...200, using: &generator)
                sum -= try await call(bench, name, seconds: seconds, times: times)
            }
            let funds = try await bench.funds(bench.child)
            #expect(funds.balance.millionths - funds.held.millionths >= -credit, "\(name): more is spent than there is")
        }
        return sum
    }

    /// - Returns: What the call costs; 0 when it is not made.
    private static func call(_ bench: LedgerBench, _ name: String, seconds: Int, times: Int) async throws -> Int64 {
        let price = LedgerBench.price(first: 60, next: 20, setup: 3)
        let hold = bench.hold(name, price: price)
        var through = 0
        do {
            for _ in 0..<times { through = try await bench.open(hold) }
            while through < seconds {
                through = try await bench.extend(hold, through: price.stepEnd(after: through + 59))
            }
        } catch is MoneyRefusal {
            guard through > 0 else { return 0 }
        }
        let end = LegEnd(
            seconds: seconds, isSuccessful: seconds > 0, code: 200, reason: "OK",
            charge: try price.charge(seconds: min(seconds, through)), isHeld: true)
        for _ in 0..<times {
            try await bench.database.write { transaction in
                try SessionHistory(transaction: transaction).finish(
                    hold.key.leg, of: hold.key.session, end, account: bench.child, at: LedgerBench.start)
            }
        }
        return end.charge.amount.millionths
    }
}
