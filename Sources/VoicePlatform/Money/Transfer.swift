import Billing
import CallControl
import Storage

/// Money that goes from an account to its child, or back: two entries, both or none.
struct Transfer: Sendable {
    let parent: AccountID
    let child: AccountID
    /// Positive to the child, negative back to the parent.
    let amount: Money
    /// Makes the transfer unique: a second one with the same key changes nothing.
    let key: String
    var reference: String?
    var parentText = ""
    var childText = ""
    /// Whether the parent must have the money itself and may not give credit away.
    var isStrict = false

    private var givesToChild: Bool { !amount.isNegative }

    /// Books both entries in the transaction.
    ///
    /// A child gives back what it has and is not held for calls; a parent may use its credit unless the transfer is
    /// strict.
    /// - Throws: ``MoneyRefusal/insufficientFunds``, ``LedgerError``.
    func perform(in transaction: Transaction, at now: UnixTime) throws {
        let ledger = LedgerStore(transaction: transaction)
        let sending = try entry(isParents: true)
        let receiving = try entry(isParents: false)
        if try !isKnown(sending, transaction) {
            let payer = try ledger.funds(of: givesToChild ? parent : child, at: now)
            let most = givesToChild && !isStrict ? try payer.available() : try payer.ownMoney()
            let wanted = Money(millionths: Int64(clamping: amount.millionths.magnitude), amount.currency)
            guard try !most.isLess(than: wanted) else { throw MoneyRefusal.insufficientFunds }
        }
        try ledger.book(sending, for: parent, at: now)
        try ledger.book(receiving, for: child, at: now)
    }

    private func isKnown(_ entry: LedgerEntry, _ transaction: Transaction) throws -> Bool {
        try transaction.queryOne(
            "SELECT id FROM ledger_entry WHERE account_id = ? AND entry_key = ?",
            [.integer(parent.rawValue), .text(entry.key.rawValue)]) != nil
    }

    private func entry(isParents: Bool) throws -> LedgerEntry {
        let kind: TransactionKind =
            switch (isParents, givesToChild) {
            case (true, true): .moneyTransferToChild
            case (true, false): .moneyAcceptanceFromChild
            case (false, true): .moneyAcceptanceFromParent
            case (false, false): .moneyTransferToParent
            }
        return LedgerEntry(
            key: IdempotencyKey(rawValue: "\(key)-\(isParents ? "parent" : "child")"), kind: kind,
            amount: isParents ? try amount.multiplied(by: -1) : amount, text: isParents ? parentText : childText,
            reference: reference)
    }
}
