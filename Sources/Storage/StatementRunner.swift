/// Runs the statements of one open transaction.
protocol StatementRunner: AnyObject {
    func run(_ sql: String, _ arguments: [SQLValue]) throws(StorageError) -> StatementOutcome
}

/// What a statement gave and did.
struct StatementOutcome {
    var rows: [Row] = []
    /// Rows inserted, changed or deleted, without those that a foreign key changed along.
    var changed = 0
}

/// What a transaction has to tell when it ends.
final class TransactionJournal {
    /// Why the transaction is lost.
    var failure: StorageError?
    /// To be sent at the commit, in order.
    var notes: [Note] = []
}
