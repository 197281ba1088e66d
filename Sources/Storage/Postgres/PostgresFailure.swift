internal import CPostgres

/// What a PostgreSQL server refused or could not do, and whether it helps to begin again.
struct PostgresFailure: Error {
    enum Recourse: Sendable, Hashable {
        case none
        /// Another transaction was in the way.
        case again
        /// The connection is of no use any more.
        case reconnect
    }

    let error: StorageError
    let recourse: Recourse

    /// The server's answer in our words; what it says about values stays here.
    init(_ result: OpaquePointer, sql: String, isLost: Bool, wasPrepared: Bool) {
        let fields = PostgresErrorFields(result)
        error = fields.error(sql: sql)
        switch fields.state {
        case "40001", "40P01": recourse = .again
        // A table has got another column since the statement was prepared.
        case "0A000" where wasPrepared: recourse = .reconnect
        case "25P03": recourse = .none
        default: recourse = isLost || error.code == .unavailable ? .reconnect : .none
        }
    }

    init(_ error: StorageError, _ recourse: Recourse = .none) {
        self.error = error
        self.recourse = recourse
    }

    /// A connection that cannot be made or has broken, in the library's words on one line.
    static func unreachable(_ reason: String) -> PostgresFailure {
        let line = reason.split(whereSeparator: \.isNewline).map { $0.drop(while: { $0 == " " || $0 == "\t" }) }
            .joined(separator: "; ")
        return PostgresFailure(
            StorageError(
                code: .unavailable,
                message: "the PostgreSQL server is not reached: \(line.isEmpty ? "the connection broke" : line); "
                    + "check that it runs, and the address, user and password of the configuration"),
            .reconnect)
    }
}

/// The parts of the server's error that callers are told.
struct PostgresErrorFields {
    /// SQLSTATE; empty when the connection broke.
    let state: String
    private let primary: String
    private let detail: String
    private let table: String
    private let column: String
    private let constraint: String

    init(_ result: OpaquePointer) {
        // The library's names for these are characters, which Swift does not import.
        func field(_ code: Character) -> String {
            guard let value = code.asciiValue, let text = PQresultErrorField(result, Int32(value)) else { return "" }
            return String(cString: text)
        }
        state = field("C")
        primary = field("M")
        detail = field("D")
        table = field("t")
        column = field("c")
        constraint = field("n")
    }

    func error(sql: String) -> StorageError {
        switch (state.prefix(2), state) {
        case ("23", _): violation(sql)
        case (_, "40001"), (_, "40P01"):
            StorageError(
                code: .conflict, message: "other transactions changed the same rows again and again; try again",
                sql: sql)
        case (_, "55P03"), (_, "57014"), (_, "25P03"):
            StorageError(
                code: .busy, message: "it took longer than it may, others hold what it needs; try again", sql: sql)
        case ("", _), ("08", _), (_, "57P01"), (_, "57P02"), (_, "57P03"), (_, "53300"):
            PostgresFailure.unreachable(primary).error
        case (_, "25006"):
            StorageError(code: .statementFailed, message: "a read changes nothing: use a write", sql: sql)
        case ("22", _):
            StorageError(code: .valueRefused, message: "a value does not fit (SQLSTATE \(state))", sql: sql)
        case (_, "42501"):
            StorageError(
                code: .statementFailed,
                message: "\(primary); let the database's owner GRANT the user USAGE and CREATE on the schema", sql: sql)
        case ("42", _), ("53", _), ("58", _), ("0A", _), ("25", _), ("54", _):
            StorageError(code: .statementFailed, message: "\(primary) (SQLSTATE \(state))", sql: sql)
        default: StorageError(code: .statementFailed, message: "SQLSTATE \(state)", sql: sql)
        }
    }

    private func violation(_ sql: String) -> StorageError {
        switch state {
        case "23505":
            let key = uniqueKey
            return StorageError(
                code: .uniqueViolation, message: "the row exists: \(key)", sql: sql, constraint: key)
        case "23503":
            return StorageError(
                code: .foreignKeyViolation, message: "a referred row is missing or still in use", sql: sql)
        case "23502":
            let name = "\(table).\(column)"
            return StorageError(
                code: .constraintViolation, message: "NOT NULL constraint failed: \(name)", sql: sql, constraint: name)
        case "23514":
            return StorageError(
                code: .constraintViolation, message: "CHECK constraint failed: \(constraint)", sql: sql,
                constraint: constraint)
        case "23001": return StorageError(code: .constraintViolation, message: primary, sql: sql)
        default:
            return StorageError(
                code: .constraintViolation, message: "a constraint refused it: \(constraint)", sql: sql,
                constraint: constraint)
        }
    }

    /// `table.column, table.column`, as SQLite says it; from the detail `Key (column, column)=(value, value) …`.
    private var uniqueKey: String {
        guard let begin = detail.firstRange(of: "("), let end = detail.firstRange(of: ")=("),
            begin.upperBound <= end.lowerBound
        else { return constraint }
        return detail[begin.upperBound..<end.lowerBound].split(separator: ", ").map { "\(table).\($0)" }
            .joined(separator: ", ")
    }
}
