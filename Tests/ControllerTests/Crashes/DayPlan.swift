import Storage
import Synchronization
import TestPostgres

@testable import Controller

/// What happens on a day of the crash tests, and when it is over.
struct DayPlan: Sendable {
    var errands: [Errand]
    /// Done once, before the controller starts for the first time.
    var prepare: @Sendable (Database) async throws -> Void = { _ in }
    /// The day's clock.
    var time = DayTime()
    /// Between two looks for what is too old.
    var retention = Duration.seconds(3600)
    /// Questions to the database that give 0 when all is done that goes on by itself.
    var unsettled: [String]

    /// A company's first day, on which everything goes well.
    static func good() -> DayPlan {
        DayPlan(
            errands: Errand.day,
            unsettled: always + [
                "SELECT CASE WHEN COUNT(*) = 3 THEN 0 ELSE 1 END FROM call_history WHERE cost_final IS NOT NULL",
                "SELECT COUNT(*) FROM call WHERE state <> 'closed'",
                "SELECT CASE WHEN COUNT(*) = 2 THEN 0 ELSE 1 END FROM call",
                """
                SELECT CASE WHEN COALESCE(SUM(amount), 0) >= \(Errand.movements) * 1000000 THEN 0 ELSE 1 END
                FROM balance_spending
                """,
            ])
    }

    /// A day on which everything goes wrong once, and three more until it is forgotten.
    static func hard() -> DayPlan {
        let time = DayTime()
        return DayPlan(
            errands: Errand.hardDay(time), prepare: { try await Errand.oldReport(in: $0) }, time: time,
            retention: .milliseconds(20),
            unsettled: always + [
                "SELECT COUNT(*) FROM call_history", "SELECT COUNT(*) FROM call",
                "SELECT COUNT(*) FROM warning_delivery WHERE ended_at IS NULL",
                "SELECT COUNT(*) FROM balance_account WHERE portal_id = 'other' AND next_check_at IS NOT NULL",
                "SELECT COUNT(*) FROM portal WHERE needs_scenario_key = 1",
            ])
    }

    private static let always = [
        // A portal that the operator has added is nowhere.
        "SELECT COUNT(*) FROM outbox WHERE delivered_at IS NULL AND portal_id <> 'third'",
        "SELECT COUNT(*) FROM platform_user WHERE is_ready = 0",
        "SELECT COUNT(*) FROM payment_order WHERE credited_at IS NULL",
    ]

    func isSettled(_ database: Database) async throws -> Bool { try await open(database).isEmpty }

    /// The questions whose answer is not 0.
    private func open(_ database: Database) async throws -> [String] {
        var open: [String] = []
        for question in unsettled {
            let row = try await database.read { try $0.queryOne("SELECT (\(question)) AS number") }
            if try row?.integer("number") != 0 { open.append(question) }
        }
        return open
    }
}

/// A clock that can be put forward.
final class DayTime: Sendable {
    private let later = Mutex(Int64(0))

    var now: Moment { Moment(milliseconds: World.Setting().now().milliseconds + later.withLock { $0 }) }

    /// So many days are over, once.
    func pass(days: Int64) { later.withLock { $0 = days * 86_400_000 } }
}
