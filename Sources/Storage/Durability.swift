/// What a committed transaction outlives by the time its caller hears of it.
public enum Durability: Sendable, Hashable {
    /// `kill -9` and a power cut. The commit waits for the disk.
    case atOnce
    /// `kill -9` at once, a power cut after ``Database/syncPause`` (PostgreSQL: three times its `wal_writer_delay`, 0.6 s
    /// unless it is configured otherwise). The commit waits for nothing.
    ///
    /// For what is worth little alone: the steps of a running call, the note that a message was delivered.
    case soon
}
