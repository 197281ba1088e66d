/// One database with its connections: a file of SQLite, or a database of a PostgreSQL server.
///
/// On both, transactions that write have the effect of running one after another; readers wait for nobody and see one
/// committed state. Foreign keys are enforced. A committed transaction survives what its ``Durability`` says. Each
/// connection caches its statements.
///
/// SQLite (WAL mode) really has one writer, and writes that wait for each other share a commit. PostgreSQL runs them at
/// once on several connections (`SERIALIZABLE`) and has one that got in another's way begin again. **The closures of
/// `read` and `write` therefore may run more than once**: they touch nothing but their transaction, and hand out what
/// they found as their value.
public final class Database: Sendable {
    /// How long a commit for ``Durability/soon`` may be lost by a power cut.
    public static let syncPause = Duration.milliseconds(250)

    private let backend: any DatabaseBackend
    private let witness: (any WriteWitness)?
    private let locks = NameLocks()

    private init(backend: any DatabaseBackend, witness: (any WriteWitness)?) {
        self.backend = backend
        self.witness = witness
    }

    /// Opens a file of SQLite, making it when it does not exist; its directory must exist.
    ///
    /// - Parameters:
    ///   - maximumReaders: How many reads may run at once.
    ///   - onStatement: Called with the text of every statement that runs, on the connection's queue.
    ///   - witness: Is told of every write.
    /// - Throws: ``StorageError`` with code `cannotOpen`, or `busy` when another process holds the file for 5 s.
    public static func open(
        path: String, maximumReaders: Int = 4, onStatement: (@Sendable (String) -> Void)? = nil,
        witness: (any WriteWitness)? = nil
    ) throws(StorageError) -> Database {
        Database(
            backend: try SQLiteDatabase(path: path, maximumReaders: maximumReaders, onStatement: onStatement),
            witness: witness)
    }

    /// Opens a database wherever it is.
    ///
    /// - Parameters:
    ///   - connections: How many a PostgreSQL server is asked for, and how long somebody waits for one of them.
    ///   - onStatement: Called with the text of every statement that runs, on the connection's queue.
    ///   - witness: Is told of every write.
    /// - Throws: ``StorageError`` with code `cannotOpen` for a file, server version or encoding that cannot be used,
    ///   `unavailable` when the server is not reached within the patience.
    public static func open(
        _ location: DatabaseLocation, connections: ConnectionLimits = ConnectionLimits(),
        onStatement: (@Sendable (String) -> Void)? = nil, witness: (any WriteWitness)? = nil
    ) async throws -> Database {
        switch location {
        case .sqlite(let path):
            return try open(path: path, maximumReaders: connections.readers, onStatement: onStatement, witness: witness)
        case .postgres(let url):
            return Database(
                backend: try await PostgresDatabase.open(url, limits: connections, onStatement: onStatement),
                witness: witness)
        }
    }

    /// Runs `work` on a snapshot; statements that change something fail.
    ///
    /// The read of a cancelled task ends before its next statement, with `CancellationError`.
    /// - Parameter work: May run more than once.
    public func read<Value: Sendable>(
        _ work: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        try await backend.read(work)
    }

    /// Runs `work` in a transaction of its own: all of it happens, or nothing when it throws.
    ///
    /// Not cancelled with its task: what was asked for happens.
    /// - Parameters:
    ///   - durability: What the change outlives when this returns.
    ///   - file: Where this is said, with `line`; a ``WriteWitness`` is told.
    ///   - work: May run more than once; only the effects of the last time stay.
    /// - Throws: What `work` throws; ``StorageError``, of which `busy`, `unavailable` and `conflict` mean that nothing has
    ///   happened and the call may be repeated, and `outcomeUnknown` that nobody knows.
    @discardableResult
    public func write<Value: Sendable>(
        _ durability: Durability = .atOnce, file: StaticString = #fileID, line: UInt = #line,
        _ work: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        guard let witness else { return try await backend.write(.change(durability), work) }
        let site = WriteSite(file: "\(file)", line: line)
        try witness.willWrite(site)
        let value = try await backend.write(.change(durability), work)
        try witness.didWrite(site)
        return value
    }

    /// Runs `body` while nobody else who uses the same name is in it, in this process or another one on the same server.
    ///
    /// Within a process who has waited longest is the next. A process that dies gives its locks up.
    /// - Parameters:
    ///   - patience: How long to wait for the lock.
    ///   - body: Its task is cancelled when the lock is lost with its connection.
    /// - Throws: What `body` throws; ``StorageError`` with code `busy`, `unavailable`, or `lockLost`: then somebody else may
    ///   have been in `body` at its end.
    public func withLock<Value: Sendable>(
        _ name: String, patience: Duration = .seconds(30), _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let begin = ContinuousClock.now
        return try await locks.hold(name, patience: patience) {
            let left = max(.zero, patience - (ContinuousClock.now - begin))
            return try await backend.whileAlone(name, patience: left, body)
        }
    }

    /// What transactions tell over a channel from now on; see ``Transaction/notify(_:_:)``.
    public func notifications(of channel: NotificationChannel) -> NotificationStream {
        NotificationStream(channel, hub: backend.hub)
    }

    /// Calls `observer` for what comes over a channel, as long as the result is kept.
    func observe(_ channel: NotificationChannel, _ observer: @escaping NotificationHub.Observer) -> Observation {
        backend.hub.add(channel, observer)
    }

    /// Brings the schema to the end of the list; what has run before is not run again.
    ///
    /// Of several processes that migrate at once, one does it and the others wait.
    /// - Throws: ``StorageError`` with code `migrationOrder` when the database holds a migration that the list does not
    ///   have at that place; the statement's own error when one fails, with that migration undone.
    public func migrate(_ migrations: [Migration]) async throws {
        try await withLock("storage.migrations", patience: .seconds(600)) { [backend] in
            try await SchemaHistory(backend: backend).extend(to: migrations)
        }
    }

    /// Whether every migration of the list has run; the database may be further than that.
    public func hasRun(_ migrations: [Migration]) async throws -> Bool {
        guard !migrations.isEmpty else { return true }
        return try await read { transaction in
            try transaction.queryOne(
                "SELECT name FROM schema_migration WHERE position = ?", [.integer(migrations.count - 1)]) != nil
        }
    }

    /// What runs the database: `SQLite 3.40.1`, `PostgreSQL 15.18`.
    public func version() async throws -> String {
        switch backend.dialect {
        case .sqlite:
            let row = try await read { try $0.queryOne("SELECT sqlite_version() AS version") }
            return "SQLite \(try row?.text("version") ?? "")"
        case .postgres:
            let row = try await read { try $0.queryOne("SELECT current_setting('server_version') AS version") }
            return "PostgreSQL \(try row?.text("version") ?? "")"
        }
    }

    /// Waits for what runs, then closes every connection; later calls fail.
    public func close() throws { try backend.close() }
}
