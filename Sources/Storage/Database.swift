internal import GRDB

/// One database with its connections: a writer, and readers that do not wait for it.
///
/// SQLite in WAL mode: a committed transaction survives `kill -9` and a power cut. Transactions are serial among
/// writers; readers see the last committed state. Foreign keys are enforced. Each connection caches its statements.
public final class Database: Sendable {
    private let pool: DatabasePool

    private init(pool: DatabasePool) { self.pool = pool }

    /// Opens the file, making it when it does not exist; its directory must exist.
    ///
    /// - Parameter maximumReaders: How many reads may run at once.
    /// - Throws: ``StorageError`` with code `cannotOpen`, or `busy` when another process holds the file for 5 s.
    public static func open(path: String, maximumReaders: Int = 4) throws(StorageError) -> Database {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = maximumReaders
        do {
            let pool = try DatabasePool(path: path, configuration: configuration)
            // The pool chooses NORMAL, which may lose the last transactions in a power cut; a ledger may not.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
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
    @discardableResult
    public func write<Value: Sendable>(
        _ work: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        do {
            return try await pool.write { try work(Transaction(connection: $0)) }
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
