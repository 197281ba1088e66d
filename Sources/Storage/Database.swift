import Dispatch
internal import GRDB

/// One database with its connections: a writer, and readers that do not wait for it.
///
/// SQLite in WAL mode: a committed transaction survives what its ``Durability`` says. Transactions are serial among
/// writers, and those that wait for each other share a commit; readers see the last committed state. Foreign keys are
/// enforced. Each connection caches its statements.
public final class Database: Sendable {
    /// How long a commit for ``Durability/soon`` may be lost by a power cut.
    public static let syncPause = Duration.milliseconds(250)

    private let pool: DatabasePool
    private let group: CommitGroup

    private init(pool: DatabasePool) {
        self.pool = pool
        let (seconds, attoseconds) = Self.syncPause.components
        group = CommitGroup(
            pool: pool, pause: .microseconds(Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000)))
    }

    /// Opens the file, making it when it does not exist; its directory must exist.
    ///
    /// - Parameters:
    ///   - maximumReaders: How many reads may run at once.
    ///   - onStatement: Called with the text of every statement that runs, on the connection's queue.
    /// - Throws: ``StorageError`` with code `cannotOpen`, or `busy` when another process holds the file for 5 s.
    public static func open(
        path: String, maximumReaders: Int = 4, onStatement: (@Sendable (String) -> Void)? = nil
    ) throws(StorageError) -> Database {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = maximumReaders
        if let onStatement {
            configuration.prepareDatabase { connection in
                connection.trace { event in
                    if case .statement(let statement) = event { onStatement(statement.sql) }
                }
            }
        }
        do {
            let pool = try DatabasePool(path: path, configuration: configuration)
            // A check point waits for the disk twice: every 16 MiB of the log is often enough.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_autocheckpoint = 4000") }
            return Database(pool: pool)
        } catch {
            throw StorageError(error, sql: "")
        }
    }

    /// Runs `work` on a snapshot; statements that change something fail.
    public func read<Value: Sendable>(
        _ work: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        do {
            return try await pool.read { try work(Transaction(connection: $0)) }
        } catch let error as DatabaseError {
            throw StorageError(error, sql: error.sql ?? "")
        }
    }

    /// Runs `work` in a transaction of its own: all of it happens, or nothing when it throws.
    ///
    /// Not cancelled with its task: what was asked for happens.
    /// - Parameter durability: What the change outlives when this returns.
    @discardableResult
    public func write<Value: Sendable>(
        _ durability: Durability = .atOnce, _ work: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        do {
            return try await withCheckedThrowingContinuation { continuation in
                group.add(
                    CommitGroup.Job(durability: durability) { transaction in
                        let value = try work(transaction)
                        return { continuation.resume(returning: value) }
                    } fail: { error in
                        continuation.resume(throwing: error)
                    })
            }
        } catch let error as DatabaseError {
            throw StorageError(error, sql: error.sql ?? "")
        }
    }

    /// Brings the schema to the end of the list; what has run before is not run again.
    ///
    /// - Throws: ``StorageError`` with code `migrationOrder` when the database holds a migration that the list does not
    ///   have at that place; the statement's own error when one fails, with that migration undone.
    public func migrate(_ migrations: [Migration]) async throws {
        let applied = try await write { transaction in
            try transaction.execute(
                "CREATE TABLE IF NOT EXISTS schema_migration (position BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE)")
            return try transaction.query("SELECT name FROM schema_migration ORDER BY position").map {
                try $0.text("name")
            }
        }
        try Self.check(applied: applied, against: migrations)
        for (position, migration) in migrations.enumerated().dropFirst(applied.count) {
            try await write { transaction in
                for statement in migration.sqliteStatements { try transaction.execute(statement) }
                try transaction.execute(
                    "INSERT INTO schema_migration (position, name) VALUES (?, ?)",
                    [.integer(position), .text(migration.name)])
            }
        }
    }

    /// Waits for what runs, then closes every connection; later calls fail.
    public func close() throws {
        do { try pool.close() } catch { throw StorageError(error, sql: "") }
    }

    private static func check(applied: [String], against migrations: [Migration]) throws {
        for (position, name) in applied.enumerated() {
            let expected = position < migrations.count ? migrations[position].name : nil
            guard name != expected else { continue }
            throw StorageError(
                code: .migrationOrder,
                message: "the database has migration '\(name)' at place \(position + 1) where this program has "
                    + "\(expected.map { "'\($0)'" } ?? "none"); it was made by another version: start that version, "
                    + "or restore a backup")
        }
    }
}
