/// Makes in a schema what is not the tables of migrations; of several processes one does it.
struct PostgresPreparation {
    private static let version = "storage 1"

    let connection: PostgresConnection

    func run() throws(PostgresFailure) {
        guard try !isDone() else { return }
        try connection.command(
            """
            BEGIN; SET LOCAL lock_timeout = '60s';
            SELECT pg_advisory_xact_lock(hashtextextended('storage.preparation ' || current_schema(), 0))
            """)
        if try !isDone() {
            for statement in PostgresSchema.preparation { try connection.command(statement) }
            try connection.command("COMMENT ON TABLE \(PostgresSchema.turnTable) IS '\(Self.version)'")
        }
        try connection.command("COMMIT")
    }

    private func isDone() throws(PostgresFailure) -> Bool {
        let row = try connection.command(
            "SELECT obj_description(to_regclass('\(PostgresSchema.turnTable)'), 'pg_class') AS version"
        ).rows.first
        do { return try row?.optionalText("version") == Self.version } catch { throw PostgresFailure(error) }
    }
}
