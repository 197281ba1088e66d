import Storage

/// Remembers the nonces of accepted requests in a database, so that none is accepted twice: not after a restart, and not
/// by two processes that share the database.
///
/// A nonce is on disk a moment after its request was accepted (``Durability/soon``): `kill -9` forgets none.
public struct ReplayMemory: Sendable {
    /// The table; its name must be unique among the migrations of the database.
    public static func migration(_ name: String) -> Migration {
        Migration(
            name,
            [
                """
                CREATE TABLE request_nonce (
                    sender TEXT NOT NULL, nonce TEXT NOT NULL, expires_at BIGINT NOT NULL, PRIMARY KEY (sender, nonce))
                """,
                "CREATE INDEX request_nonce_by_expiry ON request_nonce (expires_at)",
            ])
    }

    /// How many nonces one look removes.
    static let batch = 1000

    private let database: Database

    public init(database: Database) { self.database = database }

    /// Whether the nonce is new; it is remembered until `expiry`, in seconds since 1970.
    ///
    /// - Parameter sender: Whose nonce it is; those of others are other nonces.
    public func accept(_ nonce: String, of sender: String, until expiry: Int64) async throws -> Bool {
        try await database.write(.soon) { transaction in
            try transaction.execute(
                """
                INSERT INTO request_nonce (sender, nonce, expires_at) VALUES (?, ?, ?)
                ON CONFLICT (sender, nonce) DO NOTHING
                """, [.text(sender), .text(nonce), .integer(expiry)]) == 1
        }
    }

    /// Removes what has expired before `now`, in seconds since 1970, a batch at a time.
    ///
    /// - Returns: How many there were.
    @discardableResult
    public func forget(before now: Int64) async throws -> Int {
        var all = 0
        while true {
            let removed = try await database.write(.soon) { transaction in
                let rows = try transaction.query(
                    "SELECT sender, nonce FROM request_nonce WHERE expires_at < ? ORDER BY expires_at LIMIT ?",
                    [.integer(now), .integer(Int64(Self.batch))])
                for row in rows {
                    try transaction.execute(
                        "DELETE FROM request_nonce WHERE sender = ? AND nonce = ?",
                        [.text(try row.text("sender")), .text(try row.text("nonce"))])
                }
                return rows.count
            }
            all += removed
            if removed < Self.batch { return all }
        }
    }
}
