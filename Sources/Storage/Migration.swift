/// One step of a schema, run once in its own transaction and remembered by name.
///
/// The statements serve SQLite and PostgreSQL. Types: `BIGINT`, `TEXT`, `DOUBLE PRECISION`, and two words that each
/// database gets in its own spelling:
/// - `AUTO_ID`: the type of a primary key that the database counts up itself and never gives twice;
/// - `BYTES`: the type of a column of octets.
///
/// The statement `APPEND_ONLY name` stands for whatever makes the database refuse to change or delete rows of a table.
public struct Migration: Sendable, Hashable {
    /// Unique in the list, never changed once released: `2026-01 accounts`.
    public let name: String
    /// Run in order, one statement in each element.
    public let statements: [String]

    public init(_ name: String, _ statements: [String]) {
        self.name = name
        self.statements = statements
    }

    /// The statements as SQLite spells them.
    var sqliteStatements: [String] {
        statements.flatMap { statement in
            if statement.hasPrefix(Self.appendOnly) {
                return Self.sqliteGuards(of: String(statement.dropFirst(Self.appendOnly.count)))
            }
            return [
                statement.replacing("AUTO_ID", with: "INTEGER PRIMARY KEY AUTOINCREMENT").replacing(
                    "BYTES", with: "BLOB")
            ]
        }
    }

    private static let appendOnly = "APPEND_ONLY "

    private static func sqliteGuards(of table: String) -> [String] {
        ["UPDATE", "DELETE"].map { change in
            """
            CREATE TRIGGER \(table)_refuses_\(change.lowercased()) BEFORE \(change) ON \(table)
            BEGIN SELECT RAISE(ABORT, 'rows of \(table) are only added'); END
            """
        }
    }
}
