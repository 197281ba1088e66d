import Synchronization

/// The statements of a transaction on a connection of PostgreSQL.
final class PostgresRunner: StatementRunner {
    private let connection: PostgresConnection
    private let stop: StopSign
    /// Why the server gave the transaction up.
    private(set) var failure: PostgresFailure?

    init(connection: PostgresConnection, stop: StopSign) {
        self.connection = connection
        self.stop = stop
    }

    func run(_ sql: String, _ arguments: [SQLValue]) throws(StorageError) -> StatementOutcome {
        guard !stop.isSet else {
            throw StorageError(code: .statementFailed, message: "the task was cancelled", sql: sql)
        }
        do {
            return try connection.run(sql, arguments)
        } catch {
            if failure == nil { failure = error }
            throw error.error
        }
    }
}

/// Whether somebody has lost interest in a transaction.
final class StopSign: Sendable {
    private let flag = Atomic<Bool>(false)

    var isSet: Bool { flag.load(ordering: .relaxed) }
    func set() { flag.store(true, ordering: .relaxed) }
}
