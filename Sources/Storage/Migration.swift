/// One step of a schema, run once in its own transaction and remembered by name.
///
/// The statements serve SQLite and PostgreSQL. Types: `BIGINT`, `TEXT`, `DOUBLE PRECISION`, and two words that each
/// database gets in its own spelling:
/// - `AUTO_ID`: the type of a primary key that the database counts up itself, beyond every key that was ever written
///   there, and never gives twice;
/// - `BYTES`: the type of a column of octets.
///
/// The statement `APPEND_ONLY name` stands for whatever makes the database refuse to change or delete rows of a table.
/// A statement that begins with `SQLITE_ONLY` or `POSTGRES_ONLY` runs on that database; those come in pairs.
public struct Migration: Sendable, Hashable {
    /// Unique in the list, never changed once released: `2026-01 accounts`.
    public let name: String
    /// Run in order, one statement in each element.
    public let statements: [String]

    public init(_ name: String, _ statements: [String]) {
        self.name = name
        self.statements = statements
    }

    /// The statements as a database spells them.
    func statements(for dialect: Dialect) -> [String] {
        statements.flatMap { statement in
            let (first, rest) = Self.divided(statement)
            switch first {
            case "APPEND_ONLY": return Self.guards(of: rest, dialect)
            case "SQLITE_ONLY": return dialect == .sqlite ? [rest] : []
            case "POSTGRES_ONLY": return dialect == .postgres ? [rest] : []
            default: return dialect == .sqlite ? [Self.sqlite(statement)] : PostgresSchema.statements(of: statement)
            }
        }
    }

    private static func divided(_ statement: String) -> (first: Substring, rest: String) {
        let end = statement.firstIndex(of: " ") ?? statement.endIndex
        return (statement[..<end], String(statement[end...].dropFirst()))
    }

    private static func sqlite(_ statement: String) -> String {
        statement.replacing("AUTO_ID", with: "INTEGER PRIMARY KEY AUTOINCREMENT").replacing("BYTES", with: "BLOB")
    }

    private static func guards(of table: String, _ dialect: Dialect) -> [String] {
        switch dialect {
        case .sqlite:
            ["UPDATE", "DELETE"].map { change in
                """
                CREATE TRIGGER \(table)_refuses_\(change.lowercased()) BEFORE \(change) ON \(table)
                BEGIN SELECT RAISE(ABORT, 'rows of \(table) are only added'); END
                """
            }
        case .postgres: PostgresSchema.guards(of: table)
        }
    }
}
