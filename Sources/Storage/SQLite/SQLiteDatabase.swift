import Dispatch
internal import GRDB

/// A file of SQLite in WAL mode, with its connections: a writer, and readers that do not wait for it.
struct SQLiteDatabase: DatabaseBackend {
    let hub = NotificationHub()
    private let pool: DatabasePool
    private let group: CommitGroup

    var dialect: Dialect { .sqlite }

    init(
        path: String, maximumReaders: Int, onStatement: (@Sendable (String) -> Void)?
    ) throws(StorageError) {
        do {
            pool = try DatabasePool(
                path: path, configuration: Self.configuration(maximumReaders: maximumReaders, onStatement: onStatement))
            // A check point waits for the disk twice: every 16 MiB of the log is often enough.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_autocheckpoint = 4000") }
        } catch {
            throw StorageError(error, sql: "")
        }
        let (seconds, attoseconds) = Database.syncPause.components
        group = CommitGroup(
            pool: pool, hub: hub,
            pause: .microseconds(Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000)))
    }

    private static func configuration(
        maximumReaders: Int, onStatement: (@Sendable (String) -> Void)?
    ) -> Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = maximumReaders
        configuration.prepareDatabase { connection in
            // As PostgreSQL compares; an index serves such a LIKE.
            try connection.execute(sql: "PRAGMA case_sensitive_like = ON")
            guard let onStatement else { return }
            connection.trace { event in
                if case .statement(let statement) = event { onStatement(statement.sql) }
            }
        }
        return configuration
    }

    func read<Value: Sendable>(_ work: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        do {
            return try await pool.read { connection in
                try SQLitePart(connection: connection).run(work).value
            }
        } catch let error as DatabaseError {
            throw StorageError(error, sql: error.sql ?? "")
        }
    }

    func write<Value: Sendable>(
        _ purpose: WritePurpose, _ work: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        let durability = if case .change(let durability) = purpose { durability } else { Durability.atOnce }
        do {
            return try await withCheckedThrowingContinuation { continuation in
                group.add(
                    CommitGroup.Job(durability: durability) { part in
                        let (value, notes) = try part.run(work)
                        return (notes, { continuation.resume(returning: value) })
                    } fail: { error in
                        continuation.resume(throwing: error)
                    })
            }
        } catch let error as DatabaseError {
            throw StorageError(error, sql: error.sql ?? "")
        }
    }

    func whileAlone<Value: Sendable>(
        _ name: String, patience: Duration, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        // One process owns the file.
        try await body()
    }

    func close() throws {
        do { try pool.close() } catch { throw StorageError(error, sql: "") }
    }
}

/// One caller's part of a transaction.
struct SQLitePart {
    let connection: GRDB.Database

    /// - Throws: What the work throws, or the failed statement's error, which the work may have caught.
    func run<Value>(_ work: (Transaction) throws -> Value) throws -> (value: Value, notes: [Note]) {
        let journal = TransactionJournal()
        let value = try work(Transaction(runner: SQLiteRunner(connection: connection), journal: journal))
        if let failure = journal.failure { throw failure }
        return (value, journal.notes)
    }
}
