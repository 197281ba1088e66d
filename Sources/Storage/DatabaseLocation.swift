/// Where a database is: a file of SQLite, or a database of a PostgreSQL server.
///
/// Its description never shows a password.
public enum DatabaseLocation: Sendable, Hashable, CustomStringConvertible {
    /// A file, made when it does not exist; its directory must exist. One process at a time opens it.
    case sqlite(path: String)
    /// A server's database, made by its administrator; any number of processes open it.
    case postgres(PostgresURL)

    /// Reads what an operator writes: `postgresql://…` for PostgreSQL, everything else is a path.
    ///
    /// - Throws: ``StorageError`` with code `invalidLocation`.
    public init(parsing text: String) throws(StorageError) {
        guard !text.isEmpty else {
            throw StorageError(
                code: .invalidLocation,
                message: "no database is named; give a path, or postgresql://user:password@host/database")
        }
        if PostgresURL.isMeant(by: text) {
            self = .postgres(try PostgresURL(text))
        } else if let scheme = text.firstRange(of: "://") {
            throw StorageError(
                code: .invalidLocation,
                message: "'\(text[..<scheme.lowerBound])' is no kind of database; give a path, or postgresql://…")
        } else {
            self = .sqlite(path: text)
        }
    }

    public var description: String {
        switch self {
        case .sqlite(let path): path
        case .postgres(let url): url.description
        }
    }
}
