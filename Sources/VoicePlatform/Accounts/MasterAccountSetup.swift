import Billing
import CallControl
import Storage

/// Makes the configured master accounts, and brings those that exist to what the configuration says.
struct MasterAccountSetup {
    let transaction: Transaction
    let now: UnixTime

    func apply(_ masters: [MasterAccount]) throws {
        for master in masters { try apply(master) }
    }

    private func apply(_ master: MasterAccount) throws {
        let store = AccountStore(transaction: transaction)
        let limit = master.creditLimit ?? .zero(master.currency)
        let key = APIKey(text: master.apiKey)
        guard let found = try store.find(.name(master.name)) else {
            let id = try store.insert(
                .init(
                    parentID: nil, name: master.name, email: master.email, apiKey: key, currency: master.currency,
                    creditLimit: limit, isActive: true), at: now)
            return try open(master, id)
        }
        guard found.account.isMaster, found.account.currency == master.currency else {
            throw VoicePlatformError.masterAccountConflict(name: master.name)
        }
        try transaction.execute(
            "UPDATE account SET email = ?, api_key_digest = ?, credit_limit = ? WHERE id = ?",
            [
                .text(master.email.lowercased()), .text(key.digest), .integer(limit.millionths),
                .integer(found.account.id.rawValue),
            ])
        try open(master, found.account.id)
    }

    /// The opening balance is booked under one key and so only once.
    private func open(_ master: MasterAccount, _ id: AccountID) throws {
        guard let amount = master.openingBalance, !amount.isZero else { return }
        let key = IdempotencyKey(rawValue: "opening-balance")
        let known = try transaction.queryOne(
            "SELECT id FROM ledger_entry WHERE account_id = ? AND entry_key = ?",
            [.integer(id.rawValue), .text(key.rawValue)])
        guard known == nil else { return }
        let entry = LedgerEntry(key: key, kind: .adjustment, amount: amount, text: "Opening balance")
        try LedgerStore(transaction: transaction).book(entry, for: id, at: now)
    }
}
