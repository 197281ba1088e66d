import Foundation
internal import GRDB

/// The open transaction that ``Database`` lends to the closures of `read` and `write`.
///
/// Statements are written once for SQLite and PostgreSQL:
/// - each argument is a plain `?`, in order; a `?` inside a quoted text is no placeholder; `?1` and `:name` are not used;
/// - a new row's key comes back with `INSERT … RETURNING id` through ``queryOne(_:_:)``;
/// - insert-or-change is `INSERT … ON CONFLICT (…) DO UPDATE SET … = excluded.…`;
/// - no `INSERT OR …`, no `AUTOINCREMENT`, no functions beyond COALESCE, LOWER, LENGTH, SUM, COUNT, MIN, MAX.
///
/// After an error the transaction is lost: let the error pass, and start a new one.
public struct Transaction {
    private let connection: GRDB.Database

    init(connection: GRDB.Database) { self.connection = connection }

    /// Runs a statement that gives no rows.
    ///
    /// - Returns: How many rows it inserted, changed or deleted.
    /// - Throws: ``StorageError``; the whole transaction is rolled back when it leaves the closure.
    @discardableResult
    public func execute(_ sql: String, _ arguments: [SQLValue] = []) throws(StorageError) -> Int {
        try translated(sql) {
            let before = connection.totalChangesCount
            try prepared(sql, arguments).execute()
            return connection.totalChangesCount - before
        }
    }

    /// All rows of a query.
    public func query(_ sql: String, _ arguments: [SQLValue] = []) throws(StorageError) -> [Row] {
        try translated(sql) { try rows(of: prepared(sql, arguments), sql: sql) }
    }

    /// The first row of a query, nil when there is none.
    public func queryOne(_ sql: String, _ arguments: [SQLValue] = []) throws(StorageError) -> Row? {
        // Run to the end: an INSERT … RETURNING that is left in the middle has not happened.
        try query(sql, arguments).first
    }

    private func rows(of statement: Statement, sql: String) throws -> [Row] {
        let header = RowHeader(names: statement.columnNames, sql: sql)
        let cursor = try GRDB.Row.fetchCursor(statement)
        var rows: [Row] = []
        while let row = try cursor.next() {
            rows.append(Row(header: header, values: row.map { SQLValue($0.1) }))
        }
        return rows
    }

    private func prepared(_ sql: String, _ arguments: [SQLValue]) throws -> Statement {
        let statement = try connection.cachedStatement(sql: sql)
        do {
            try statement.setArguments(StatementArguments(arguments.map(\.databaseValue)))
        } catch {
            throw StorageError(
                code: .argumentCount,
                message: "\(arguments.count) arguments were given; give one for each ? of the statement", sql: sql)
        }
        return statement
    }

    private func translated<Value>(_ sql: String, _ work: () throws -> Value) throws(StorageError) -> Value {
        do { return try work() } catch { throw StorageError(error, sql: sql) }
    }
}

extension SQLValue {
    init(_ value: DatabaseValue) {
        self =
            switch value.storage {
            case .null: .null
            case .int64(let integer): .integer(integer)
            case .double(let real): .real(real)
            case .string(let text): .text(text)
            case .blob(let data): .bytes([UInt8](data))
            }
    }

    var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let integer): integer.databaseValue
        case .real(let real): real.databaseValue
        case .text(let text): text.databaseValue
        case .bytes(let bytes): Data(bytes).databaseValue
        }
    }
}

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
