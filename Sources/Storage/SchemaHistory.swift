/// The migrations that a database has behind it.
struct SchemaHistory {
    let backend: any DatabaseBackend

    /// Runs what is missing, each migration in a transaction of its own; one process at a time.
    func extend(to migrations: [Migration]) async throws {
        let applied = try await backend.write(.migration) { transaction in
            try transaction.execute(
                "CREATE TABLE IF NOT EXISTS schema_migration (position BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE)")
            return try transaction.query("SELECT name FROM schema_migration ORDER BY position").map {
                try $0.text("name")
            }
        }
        try Self.check(applied: applied, against: migrations)
        for (position, migration) in migrations.enumerated().dropFirst(applied.count) {
            let statements = migration.statements(for: backend.dialect)
            try await backend.write(.migration) { transaction in
                for statement in statements { try transaction.execute(statement) }
                try transaction.execute(
                    "INSERT INTO schema_migration (position, name) VALUES (?, ?)",
                    [.integer(position), .text(migration.name)])
            }
        }
    }

    private static func check(applied: [String], against migrations: [Migration]) throws {
        for (position, name) in applied.enumerated() {
            let expected = position < migrations.count ? migrations[position].name : nil
            guard name != expected else { continue }
            throw StorageError(
                code: .migrationOrder,
                message: "the database has migration '\(name)' at place \(position + 1) where this program has "
                    + "\(expected.map { "'\($0)'" } ?? "none"); it was made by another version: start that version, "
                    + "or restore a backup")
        }
    }
}
