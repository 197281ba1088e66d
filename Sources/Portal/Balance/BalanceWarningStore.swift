import Foundation
import Storage

/// Warnings of the balance in an open transaction.
struct BalanceWarningStore {
    let transaction: Transaction

    /// Keeps a warning; the same one again changes nothing.
    func add(_ warning: BalanceWarning) throws {
        try transaction.execute(
            """
            INSERT INTO balance_warning (crossing, kind, balance, threshold, currency, at, explanation)
            VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (crossing, kind) DO NOTHING
            """,
            [
                .integer(warning.crossing), .text(warning.kind.rawValue), .text(warning.balance),
                .optional(warning.threshold), .text(warning.currency), .integer(warning.at),
                .text(warning.explanation.joined(separator: "\n")),
            ])
    }

    /// The latest first.
    func latest(_ limit: Int64) throws -> [BalanceWarning] {
        try transaction.query(
            "SELECT * FROM balance_warning ORDER BY at DESC, crossing DESC, kind LIMIT ?", [.integer(limit)]
        ).map { row in
            BalanceWarning(
                kind: BalanceWarning.Kind(rawValue: try row.text("kind")) ?? .low,
                crossing: try row.integer("crossing"), balance: try row.text("balance"),
                threshold: try row.optionalText("threshold"), currency: try row.text("currency"),
                at: try row.integer("at"),
                explanation: try row.text("explanation").split(separator: "\n").map(String.init))
        }
    }
}
