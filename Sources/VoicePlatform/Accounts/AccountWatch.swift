import Billing
import CallControl
import Storage

/// Notices what bookings do to accounts: a balance below the threshold, credit that is used up, money that is back.
///
/// Follows the ledger by the number of its last entry that was seen, so nothing that books has to know of it.
struct AccountWatch {
    let transaction: Transaction
    let now: UnixTime

    private static let cursorName = "account-watch-ledger"
    private static let batch: Int64 = 1000
    /// A balance that stays low is told again after so long.
    private static let repetition: Int64 = 86_400

    /// Looks at the accounts of the entries that are new.
    ///
    /// - Returns: The accounts that are frozen or no longer frozen now.
    func step() throws -> Set<AccountID> {
        let cursor =
            try transaction.queryOne(
                "SELECT value FROM platform_state WHERE name = ?", [.text(Self.cursorName)])?.integer("value") ?? 0
        let rows = try transaction.query(
            "SELECT id, account_id FROM ledger_entry WHERE id > ? ORDER BY id LIMIT ?",
            [.integer(cursor), .integer(Self.batch)])
        guard let last = try rows.last?.integer("id") else { return [] }
        let accounts = Set(try rows.map { AccountID(rawValue: try $0.integer("account_id")) })
        var changed: Set<AccountID> = []
        for account in accounts where try look(at: account) { changed.insert(account) }
        try transaction.execute(
            """
            INSERT INTO platform_state (name, value) VALUES (?, ?)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """, [.text(Self.cursorName), .integer(last)])
        return changed
    }

    /// Compares an account with its limits, whatever has changed.
    ///
    /// - Returns: Whether it is frozen or no longer frozen now.
    func look(at id: AccountID) throws -> Bool {
        guard let row = try transaction.queryOne("SELECT * FROM account WHERE id = ?", [.integer(id.rawValue)]) else {
            return false
        }
        let account = try Account(row: row)
        let balance = try AccountStore(transaction: transaction).balance(of: account)
        if let threshold = account.profile.minimumBalance { try compare(balance, with: threshold, account) }
        return try freezeOrThaw(account, balance)
    }

    /// An account whose credit is overdrawn is frozen until money comes; the operator's own accounts never are.
    private func freezeOrThaw(_ account: Account, _ balance: Money) throws -> Bool {
        let isOverdrawn = try balance.adding(account.creditLimit).isNegative
        guard !account.isMaster, isOverdrawn != account.isFrozen else { return false }
        try transaction.execute(
            "UPDATE account SET frozen = ? WHERE id = ?", [.flag(isOverdrawn), .integer(account.id.rawValue)])
        try CallbackOutbox(transaction: transaction).add(
            isOverdrawn ? .accountIsFrozen : .accountIsUnfrozen, for: account.id, at: now)
        return true
    }

    private func compare(_ balance: Money, with threshold: Money, _ account: Account) throws {
        let creditEnd = try threshold.subtracting(account.creditLimit)
        let isCreditLow = try !account.creditLimit.isZero && balance.isLess(than: creditEnd)
        let isLow = try balance.isLess(than: threshold)
        let state = try transaction.queryOne(
            "SELECT low_since, is_credit_low FROM account_watch WHERE account_id = ?",
            [.integer(account.id.rawValue)])
        let toldAt = try state?.optionalInteger("low_since")
        guard isLow else {
            if toldAt != nil { try note(account.id, lowSince: nil, isCreditLow: false) }
            return
        }
        let isWorse = try isCreditLow && state?.flag("is_credit_low") != true
        let isRepeated = toldAt.map { now.seconds - $0 >= Self.repetition } ?? false
        guard toldAt == nil || isWorse || isRepeated else { return }
        try note(account.id, lowSince: now, isCreditLow: isCreditLow)
        try CallbackOutbox(transaction: transaction).add(
            .minimumBalance(isCreditLow: isCreditLow, isRepeated: isRepeated && !isWorse), for: account.id, at: now)
    }

    private func note(_ account: AccountID, lowSince: UnixTime?, isCreditLow: Bool) throws {
        try transaction.execute(
            """
            INSERT INTO account_watch (account_id, low_since, is_credit_low) VALUES (?, ?, ?)
            ON CONFLICT (account_id)
            DO UPDATE SET low_since = excluded.low_since, is_credit_low = excluded.is_credit_low
            """, [.integer(account.rawValue), .optional(lowSince?.seconds), .flag(isCreditLow)])
    }

    /// Notes that an account was warned of the charge at `date`.
    ///
    /// - Returns: False when it was warned of that one before.
    func noteWarning(of account: AccountID, for date: UnixTime) throws -> Bool {
        let state = try transaction.queryOne(
            "SELECT warned_for FROM account_watch WHERE account_id = ?", [.integer(account.rawValue)])
        if let before = try state?.optionalInteger("warned_for"), before >= date.seconds { return false }
        try transaction.execute(
            """
            INSERT INTO account_watch (account_id, is_credit_low, warned_for) VALUES (?, 0, ?)
            ON CONFLICT (account_id) DO UPDATE SET warned_for = excluded.warned_for
            """, [.integer(account.rawValue), .integer(date.seconds)])
        return true
    }
}
