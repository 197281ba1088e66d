/// What the database refused or could not do.
///
/// `description` never holds a value of a statement's arguments, so it is safe to log.
public struct StorageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure that callers tell apart.
    public enum Code: Sendable, Hashable {
        /// The file cannot be opened or is not a database.
        case cannotOpen
        /// A row with the same unique key exists; see ``StorageError/constraint``.
        case uniqueViolation
        /// A row refers to another that does not exist, or is still referred to.
        case foreignKeyViolation
        /// A NOT NULL or CHECK constraint refused a value.
        case constraintViolation
        /// Others held the database, a row, a lock or all connections longer than the caller may wait; try again.
        case busy
        /// The server cannot be reached; nothing has happened, try again.
        case unavailable
        /// The server went away while it committed: all has happened or nothing; look before trying again.
        case outcomeUnknown
        /// Other transactions changed the same rows again and again; nothing has happened, try again.
        case conflict
        /// A value, channel or payload that not every database can keep.
        case valueRefused
        /// The connection that held a lock went away, another process may have the lock now.
        case lockLost
        /// The address of a database cannot be read.
        case invalidLocation
        /// The result has no such column.
        case columnMissing
        /// The column holds another type, or NULL where a value was asked for.
        case columnType
        /// The numbers of placeholders and arguments differ.
        case argumentCount
        /// The database was made by a newer program, or its migrations ran in another order.
        case migrationOrder
        /// Anything else: a syntax error, a full disk.
        case statementFailed
    }

    public let code: Code
    /// What happened and what helps.
    public let message: String
    /// The statement, without its arguments; empty where none was involved.
    public let sql: String
    /// The column that could not be read.
    public let column: String?
    /// What the database says about the violated constraint, for example `app_user.application_id, app_user.name`.
    public let constraint: String?

    public init(code: Code, message: String, sql: String = "", column: String? = nil, constraint: String? = nil) {
        self.code = code
        self.message = message
        self.sql = sql
        self.column = column
        self.constraint = constraint
    }

    static func argumentCount(_ count: Int, sql: String) -> StorageError {
        StorageError(
            code: .argumentCount, message: "\(count) arguments were given; give one for each ? of the statement",
            sql: sql)
    }

    /// Whether a row with the same unique key exists already.
    public var isUniqueViolation: Bool { code == .uniqueViolation }

    /// Whether the database was away or busy: the same may succeed soon. After `outcomeUnknown` it may have happened already.
    public var isPassing: Bool {
        switch code {
        case .busy, .unavailable, .conflict, .outcomeUnknown, .lockLost: true
        default: false
        }
    }

    public var description: String {
        var text = "storage: \(message)"
        if let column { text += "; column: \(column)" }
        if !sql.isEmpty { text += "; SQL: \(sql)" }
        return text
    }
}
