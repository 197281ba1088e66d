internal import GRDB

extension StorageError {
    /// The library's error in our words; errors of ours pass unchanged.
    init(_ error: any Error, sql: String) {
        if let own = error as? StorageError {
            self = own
            return
        }
        guard let failure = error as? DatabaseError else {
            self.init(code: .statementFailed, message: "the statement failed: \(type(of: error))", sql: sql)
            return
        }
        let reason = failure.message ?? "SQLite code \(failure.extendedResultCode.rawValue)"
        let constraint = reason.firstRange(of: "failed: ").map { String(reason[$0.upperBound...]) }
        switch failure.extendedResultCode {
        case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY, .SQLITE_CONSTRAINT_ROWID:
            self.init(code: .uniqueViolation, message: "the row exists: \(reason)", sql: sql, constraint: constraint)
        case .SQLITE_CONSTRAINT_FOREIGNKEY:
            self.init(code: .foreignKeyViolation, message: "a referred row is missing or still in use", sql: sql)
        default:
            self.init(primary: failure.resultCode, reason: reason, sql: sql, constraint: constraint)
        }
    }

    private init(primary: ResultCode, reason: String, sql: String, constraint: String?) {
        switch primary {
        case .SQLITE_CONSTRAINT:
            self.init(code: .constraintViolation, message: reason, sql: sql, constraint: constraint)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(code: .busy, message: "another process holds the database: \(reason); try again", sql: sql)
        case .SQLITE_CANTOPEN, .SQLITE_NOTADB, .SQLITE_CORRUPT:
            self.init(
                code: .cannotOpen,
                message: "\(reason); check that the data directory exists, is writable and holds no foreign file",
                sql: sql)
        default:
            self.init(code: .statementFailed, message: reason, sql: sql)
        }
    }
}
