import Billing
import CallControl
import Storage

/// The accounts' ledgers: rows are added, never changed; the balance is their sum.
struct LedgerStore {
    let transaction: Transaction

    func balance(of account: AccountID, _ currency: Currency) throws -> Money {
        let row = try transaction.queryOne(
            "SELECT COALESCE(SUM(amount), 0) AS balance FROM ledger_entry WHERE account_id = ?",
            [.integer(account.rawValue)])
        return Money(millionths: try row?.integer("balance") ?? 0, currency)
    }

    /// Books an entry once; a second one with the same key changes nothing.
    ///
    /// - Returns: The row's id, the first one's for a duplicate.
    /// - Throws: ``LedgerError/conflict(_:)`` when another booking has the key.
    @discardableResult
    func book(_ entry: LedgerEntry, for account: AccountID, at now: UnixTime) throws -> Int64 {
        let inserted = try transaction.queryOne(
            """
            INSERT INTO ledger_entry (account_id, entry_key, kind, amount, currency, description, payment_reference,
                performed_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (account_id, entry_key) DO NOTHING RETURNING id
            """,
            [
                .integer(account.rawValue), .text(entry.key.rawValue), .text(entry.kind.rawValue),
                .integer(entry.amount.millionths), .text(entry.amount.currency.code), .text(entry.text),
                .optional(entry.reference), .integer(now.seconds),
            ])
        if let inserted { return try inserted.integer("id") }
        let present = try transaction.queryOne(
            "SELECT id, kind, amount FROM ledger_entry WHERE account_id = ? AND entry_key = ?",
            [.integer(account.rawValue), .text(entry.key.rawValue)])
        guard let present, try present.integer("amount") == entry.amount.millionths,
            try present.text("kind") == entry.kind.rawValue
        else { throw LedgerError.conflict(entry.key) }
        return try present.integer("id")
    }
}
