import CallControl
import Storage

/// Callbacks that have happened and are not delivered; a row goes when the receiver has taken it.
///
/// Written in the transaction of what they tell about, so neither is there without the other.
struct CallbackOutbox {
    let transaction: Transaction

    /// One callback that waits.
    struct Waiting: Sendable, Equatable {
        let id: Int64
        let accountID: AccountID
        let type: String
        /// JSON
        let payload: String
        let createdAt: UnixTime
        let attempts: Int
    }

    /// How many callbacks one request carries.
    static let maximumGroup = 50
    /// Older ones are given up.
    static let maximumAge: Int64 = 3 * 86_400

    /// Notes a callback; nothing happens for an account that wants none.
    func add(_ callback: Callback, for account: AccountID, at now: UnixTime) throws {
        try transaction.execute(
            """
            INSERT INTO callback_outbox (account_id, type, payload, created_at, attempts, due_at)
            SELECT id, ?, ?, ?, 0, ? FROM account WHERE id = ? AND callback_url IS NOT NULL
            """,
            [
                .text(callback.type), .text(callback.payload.encoded), .integer(now.seconds), .integer(now.seconds),
                .integer(account.rawValue),
            ])
    }

    /// Tells an account that wants to know it that one of its scripts has failed.
    func addScriptFailure(of account: AccountID, at now: UnixTime) throws {
        let settings = AccountSettings(transaction: transaction)
        guard try settings.isOn(AccountSettings.sendsScriptErrors, for: account) else { return }
        try add(.scriptFailed, for: account, at: now)
    }

    /// Accounts that have something due, those that have waited longest first.
    func dueAccounts(at now: UnixTime, limit: Int) throws -> [AccountID] {
        // The plus keeps to the index of what is due, which is little; that of the accounts has all that waits.
        try transaction.query(
            """
            SELECT account_id FROM callback_outbox WHERE due_at <= ? GROUP BY +account_id ORDER BY MIN(due_at) LIMIT ?
            """, [.integer(now.seconds), .integer(limit)]
        ).map { AccountID(rawValue: try $0.integer("account_id")) }
    }

    /// What one request to the account carries, oldest first.
    func group(of account: AccountID, at now: UnixTime) throws -> [Waiting] {
        try transaction.query(
            "SELECT * FROM callback_outbox WHERE account_id = ? AND due_at <= ? ORDER BY due_at, id LIMIT ?",
            [.integer(account.rawValue), .integer(now.seconds), .integer(Self.maximumGroup)]
        ).map { row in
            Waiting(
                id: try row.integer("id"), accountID: account, type: try row.text("type"),
                payload: try row.text("payload"), createdAt: UnixTime(seconds: try row.integer("created_at")),
                attempts: Int(try row.integer("attempts")))
        }
    }

    func delivered(_ group: [Waiting]) throws {
        for item in group {
            try transaction.execute("DELETE FROM callback_outbox WHERE id = ?", [.integer(item.id)])
        }
    }

    /// Puts a group off; what has waited too long is given up.
    ///
    /// - Returns: How many were given up.
    func failed(_ group: [Waiting], at now: UnixTime) throws -> Int {
        var lost = 0
        for item in group {
            guard now.seconds - item.createdAt.seconds < Self.maximumAge else {
                lost += 1
                try delivered([item])
                continue
            }
            try transaction.execute(
                "UPDATE callback_outbox SET attempts = ?, due_at = ? WHERE id = ?",
                [
                    .integer(item.attempts + 1), .integer(now.seconds + Self.pause(after: item.attempts)),
                    .integer(item.id),
                ])
        }
        return lost
    }

    /// Seconds until the next attempt: 5, 10, 20 … up to an hour.
    static func pause(after attempts: Int) -> Int64 {
        min(3600, 5 << Int64(min(max(0, attempts), 10)))
    }
}
