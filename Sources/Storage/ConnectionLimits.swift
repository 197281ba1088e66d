/// How many connections a process has to its database, and how long somebody waits for one of them.
///
/// A PostgreSQL server is asked for one more, which listens and holds locks: its `max_connections` must suffice for all
/// processes.
public struct ConnectionLimits: Sendable, Hashable {
    /// Reads at once.
    public var readers: Int
    /// Writes at once; SQLite has one writer whatever is said here.
    public var writers: Int
    /// How long a caller waits for a free connection, for a server that starts, for a row that somebody else changes.
    public var patience: Duration

    public init(readers: Int = 4, writers: Int = 4, patience: Duration = .seconds(5)) {
        self.readers = max(1, readers)
        self.writers = max(1, writers)
        self.patience = patience
    }
}
