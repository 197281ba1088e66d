import CallControl
import Storage

/// Ends verified caller ids when their time is over, and tells their accounts a month before.
struct CallerIDExpiry {
    let transaction: Transaction
    let now: UnixTime

    private static let warningSeconds: Int64 = 30 * 86_400
    private static let batch: Int64 = 500

    func step() throws {
        let outbox = CallbackOutbox(transaction: transaction)
        for (account, rows) in try rows("verified_until <= ?", now.seconds) {
            try outbox.add(.expired(callerIDs: try rows.map { try $0.text("number") }), for: account, at: now)
            for row in rows {
                try transaction.execute(
                    "UPDATE caller_id SET active = 0, verified_until = NULL WHERE id = ?",
                    [.integer(try row.integer("id"))])
            }
        }
        for (account, rows) in try rows("warned = 0 AND verified_until <= ?", now.seconds + Self.warningSeconds) {
            let first = try rows.map { try $0.integer("verified_until") }.min() ?? now.seconds
            try outbox.add(
                .expiring(
                    callerIDs: try rows.map { try $0.text("number") },
                    at: DateText.utc.date(UnixTime(seconds: first))), for: account, at: now)
            for row in rows {
                try transaction.execute(
                    "UPDATE caller_id SET warned = 1 WHERE id = ?", [.integer(try row.integer("id"))])
            }
        }
    }

    private func rows(_ condition: String, _ until: Int64) throws -> [AccountID: [Row]] {
        let rows = try transaction.query(
            "SELECT * FROM caller_id WHERE verified_until IS NOT NULL AND \(condition) ORDER BY verified_until LIMIT ?",
            [.integer(until), .integer(Self.batch)])
        return try Dictionary(grouping: rows) { AccountID(rawValue: try $0.integer("account_id")) }
    }
}
