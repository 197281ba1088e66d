import Storage

/// One at a time for each portal among all controllers of a database; in one controller, in the order of arrival.
///
/// A lock ends with its controller or that one's connection to the database, whatever its holder does meanwhile. So what is
/// done under it stands being done twice, and a holder who has lost it is cancelled.
struct PortalLocks: Sendable {
    private static let patience = Duration.seconds(30)

    let database: Database
    /// What is done alone; one kind of work does not wait for another.
    let work: String

    /// Runs `body` while nobody else runs for the same portal.
    ///
    /// - Throws: What `body` throws; `StorageError` with code `busy` after 30 s, `unavailable`, or `lockLost`.
    func withLock<Value: Sendable>(
        _ portal: PortalID, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await database.withLock("\(work)/\(portal)", patience: Self.patience, body)
    }
}
