/// How a transaction of PostgreSQL begins.
struct TransactionPlan: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case read
        case write(WritePurpose)
    }

    var kind: Kind
    /// Whether no other writer of the schema may be about.
    var isAlone = false

    /// The statements that begin it; all go to the server at once, and none of them takes the snapshot yet.
    var begin: String {
        switch kind {
        case .read: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        case .write(let purpose):
            "BEGIN ISOLATION LEVEL SERIALIZABLE; \(Self.settings(purpose))"
                + "LOCK TABLE \(PostgresSchema.turnTable) IN \(isAlone ? "EXCLUSIVE" : "ROW EXCLUSIVE") MODE"
        }
    }

    private static func settings(_ purpose: WritePurpose) -> String {
        switch purpose {
        case .change(.atOnce): ""
        case .change(.soon): "SET LOCAL synchronous_commit = off; "
        case .migration: "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'; "
        }
    }
}
