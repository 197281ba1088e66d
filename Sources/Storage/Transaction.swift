/// The open transaction that ``Database`` lends to the closures of `read` and `write`.
///
/// Statements are written once for SQLite and PostgreSQL:
/// - each argument is a plain `?`, in order; a `?` inside a quoted text is no placeholder; `?1` and `:name` are not used;
/// - a new row's key comes back with `INSERT … RETURNING id` through ``queryOne(_:_:)``;
/// - insert-or-change is `INSERT … ON CONFLICT (…) DO UPDATE SET … = excluded.…`;
/// - rows that several processes work through are chosen with `SELECT … CLAIM_ROWS`: each row goes to one of the
///   transactions that are open at once, none of them waits for another;
/// - no `INSERT OR …`, no `AUTOINCREMENT`, no functions beyond COALESCE, LOWER, LENGTH, SUM, COUNT, MIN, MAX, AVG;
/// - texts are compared and sorted by their octets, `LIKE` tells upper case from lower case, `LOWER` knows ASCII only;
/// - NaN and texts with the character 0 are refused.
///
/// After an error the transaction is lost: each further statement throws the same error, and so does the write.
public struct Transaction {
    private static let longestPayload = 7000
    private static let longestChannel = 64

    private let runner: any StatementRunner
    private let journal: TransactionJournal

    init(runner: any StatementRunner, journal: TransactionJournal) {
        self.runner = runner
        self.journal = journal
    }

    /// Runs a statement that gives no rows.
    ///
    /// - Returns: How many rows it inserted, changed or deleted; those that a foreign key changes along do not count.
    /// - Throws: ``StorageError``; the whole transaction is rolled back when it leaves the closure.
    @discardableResult
    public func execute(_ sql: String, _ arguments: [SQLValue] = []) throws(StorageError) -> Int {
        try run(sql, arguments).changed
    }

    /// All rows of a query.
    public func query(_ sql: String, _ arguments: [SQLValue] = []) throws(StorageError) -> [Row] {
        try run(sql, arguments).rows
    }

    /// The first row of a query, nil when there is none.
    public func queryOne(_ sql: String, _ arguments: [SQLValue] = []) throws(StorageError) -> Row? {
        // Run to the end: an INSERT … RETURNING that is left in the middle has not happened.
        try query(sql, arguments).first
    }

    /// Tells everybody who listens to `channel`, in whichever process, once the transaction is committed.
    ///
    /// - Parameter payload: At most 7,000 octets; no secret, as it passes through the server's memory in the clear.
    /// - Throws: ``StorageError`` with code `valueRefused` when the payload is longer, or one of the two cannot be sent.
    public func notify(_ channel: NotificationChannel, _ payload: String) throws(StorageError) {
        let name = channel.rawValue.utf8
        guard !name.isEmpty, name.count <= Self.longestChannel, !name.contains(where: { $0 < 0x20 }) else {
            throw lost(
                StorageError(code: .valueRefused, message: "a channel has a name of 1 to 64 octets on one line"))
        }
        guard payload.utf8.count <= Self.longestPayload, !payload.utf8.contains(0) else {
            throw lost(
                StorageError(
                    code: .valueRefused,
                    message: "a notification has at most \(Self.longestPayload) octets and no character 0: "
                        + "write what is longer into a row, and send the row's key"))
        }
        journal.notes.append(Note(channel: channel, payload: payload))
    }

    private func run(_ sql: String, _ arguments: [SQLValue]) throws(StorageError) -> StatementOutcome {
        if let failure = journal.failure { throw failure }
        do {
            for argument in arguments { try argument.check(sql) }
            return try runner.run(sql, arguments)
        } catch {
            throw lost(error)
        }
    }

    private func lost(_ error: StorageError) -> StorageError {
        journal.failure = error
        return error
    }
}

extension SQLValue {
    /// Refuses what only one of the databases could keep.
    fileprivate func check(_ sql: String) throws(StorageError) {
        switch self {
        case .text(let text) where text.utf8.contains(0):
            throw StorageError(
                code: .valueRefused, message: "a text holds the character 0; store such octets as bytes", sql: sql)
        case .real(let number) where number.isNaN:
            throw StorageError(
                code: .valueRefused, message: "a number is not a number (NaN); store NULL for an unknown one", sql: sql)
        default: break
        }
    }
}
