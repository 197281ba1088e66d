import CallControl
import Storage
import Synchronization

/// How many bytes of recordings and session logs each account keeps, and whether it may keep more.
///
/// The sums are in memory, so that no call asks the database for them, and in `account_storage`; this process alone
/// changes both.
final class AccountStorage: Sendable {
    /// Bytes for each account; nil for any number.
    private let limit: Int64?
    private let bytes: Mutex<[AccountID: Int64]>

    init(limit: Int64?, bytes: [AccountID: Int64]) {
        self.limit = limit
        self.bytes = Mutex(bytes)
    }

    /// The sums of every account that keeps something.
    static func sums(_ transaction: Transaction) throws -> [AccountID: Int64] {
        let rows = try transaction.query("SELECT account_id, bytes FROM account_storage")
        return Dictionary(
            try rows.map { (AccountID(rawValue: try $0.integer("account_id")), try $0.integer("bytes")) }
        ) { $1 }
    }

    /// Whether the account keeps as much as it may; what is being written may still grow.
    func isFull(_ account: AccountID) -> Bool {
        guard let limit else { return false }
        return bytes.withLock { $0[account] ?? 0 } >= limit
    }

    /// What an account keeps.
    func kept(by account: AccountID) -> Int64 { bytes.withLock { $0[account] ?? 0 } }

    /// Counts a file in, or out with a negative size; follows ``note(_:of:in:)`` once that is committed.
    func add(_ size: Int64, of account: AccountID) {
        bytes.withLock { $0[account] = max(0, ($0[account] ?? 0) + size) }
    }

    /// Writes the change of a sum.
    static func note(_ size: Int64, of account: AccountID, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO account_storage (account_id, bytes) VALUES (?, ?)
            ON CONFLICT (account_id) DO UPDATE SET bytes = account_storage.bytes + excluded.bytes
            """, [.integer(account.rawValue), .integer(size)])
    }
}
