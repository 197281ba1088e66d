import Billing
import CallControl
import Storage

/// The accounts' ledgers: rows are added, never changed; the balance is their sum.
///
/// The sum is kept in a row of its own, written in the transaction of the entry and nowhere else.
struct LedgerStore {
    let transaction: Transaction

    func balance(of account: AccountID, _ currency: Currency) throws -> Money {
        let row = try transaction.queryOne(
            "SELECT balance FROM account_balance WHERE account_id = ?", [.integer(account.rawValue)])
        return Money(millionths: try row?.integer("balance") ?? 0, currency)
    }

    /// What an account has, owes and has promised.
    ///
    /// - Parameter call: A call whose own hold does not count.
    /// - Throws: ``StorageError``, or ``LedgerError/noAccount``.
    func funds(of account: AccountID, at now: UnixTime, without call: CallHold.Key? = nil) throws -> AccountFunds {
        let row = try transaction.queryOne(
            """
            SELECT a.currency, a.credit_limit, a.active, a.frozen, COALESCE(b.balance, 0) AS balance, b.spent_hour,
                COALESCE(b.spent, 0) AS spent,
                (SELECT COALESCE(SUM(h.amount), 0) FROM money_hold h WHERE h.account_id = a.id AND h.expires_ms > ?
                    AND NOT (h.session_id = ? AND h.call_id = ?)) AS held
            FROM account a LEFT JOIN account_balance b ON b.account_id = a.id WHERE a.id = ?
            """,
            [
                .integer(now.milliseconds), .integer(call?.session.rawValue ?? 0), .text(call?.leg.rawValue ?? ""),
                .integer(account.rawValue),
            ])
        guard let row, let currency = Currency(rawValue: try row.text("currency")) else {
            throw LedgerError.noAccount
        }
        func money(_ column: String) throws -> Money { Money(millionths: try row.integer(column), currency) }
        let isThisHour = try row.optionalInteger("spent_hour") == Self.hour(now)
        return AccountFunds(
            balance: try money("balance"), creditLimit: try money("credit_limit"), held: try money("held"),
            spentThisHour: isThisHour ? try money("spent") : .zero(currency),
            isOpen: try row.flag("active") && !row.flag("frozen"))
    }

    private static func hour(_ now: UnixTime) -> Int64 { now.seconds / 3600 }

    /// Books an entry once; a second one with the same key changes nothing.
    ///
    /// - Returns: The row's id, the first one's for a duplicate.
    /// - Throws: ``LedgerError/conflict(_:)`` when another booking has the key, ``LedgerError/money(_:)`` when the
    ///   amount is not in the account's currency or the balance would become too large.
    @discardableResult
    func book(_ entry: LedgerEntry, for account: AccountID, at now: UnixTime) throws -> Int64 {
        if let present = try present(entry, of: account) { return present }
        let funds = try funds(of: account, at: now)
        let balance: Money
        do { balance = try funds.balance.adding(entry.amount) } catch { throw LedgerError.money(error) }
        let inserted = try transaction.queryOne(
            """
            INSERT INTO ledger_entry (account_id, entry_key, kind, amount, currency, description, payment_reference,
                performed_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
            """,
            [
                .integer(account.rawValue), .text(entry.key.rawValue), .text(entry.kind.rawValue),
                .integer(entry.amount.millionths), .text(entry.amount.currency.code), .text(entry.text),
                .optional(entry.reference), .integer(now.seconds),
            ])
        let isCall = entry.kind == .resourceCharge
        let spent = isCall ? try funds.spentThisHour.subtracting(entry.amount) : funds.spentThisHour
        try keep(balance, spent: spent, of: account, at: now)
        return try inserted?.integer("id") ?? 0
    }

    /// Whether an entry is booked under the key.
    func contains(_ key: IdempotencyKey, of account: AccountID) throws -> Bool {
        try transaction.queryOne(
            "SELECT id FROM ledger_entry WHERE account_id = ? AND entry_key = ?",
            [.integer(account.rawValue), .text(key.rawValue)]) != nil
    }

    private func present(_ entry: LedgerEntry, of account: AccountID) throws -> Int64? {
        let row = try transaction.queryOne(
            "SELECT id, kind, amount, currency FROM ledger_entry WHERE account_id = ? AND entry_key = ?",
            [.integer(account.rawValue), .text(entry.key.rawValue)])
        guard let row else { return nil }
        guard try row.integer("amount") == entry.amount.millionths, try row.text("kind") == entry.kind.rawValue,
            try row.text("currency") == entry.amount.currency.code
        else { throw LedgerError.conflict(entry.key) }
        return try row.integer("id")
    }

    private func keep(_ balance: Money, spent: Money, of account: AccountID, at now: UnixTime) throws {
        try transaction.execute(
            """
            INSERT INTO account_balance (account_id, balance, spent_hour, spent) VALUES (?, ?, ?, ?)
            ON CONFLICT (account_id) DO UPDATE SET balance = excluded.balance, spent_hour = excluded.spent_hour,
                spent = excluded.spent
            """,
            [
                .integer(account.rawValue), .integer(balance.millionths), .integer(Self.hour(now)),
                .integer(spent.millionths),
            ])
    }
}
