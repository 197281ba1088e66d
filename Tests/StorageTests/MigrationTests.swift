import Storage
import Testing

private let schema = [
    Migration("first", ["CREATE TABLE owner (id AUTO_ID, name TEXT NOT NULL UNIQUE)"])
]

@Suite struct MigrationTests {
    @Test(arguments: DatabaseKind.allCases)
    func `migrations run once each and new ones follow`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind, schema)
        let longer = schema + [Migration("second", ["ALTER TABLE owner ADD COLUMN age BIGINT"])]
        try await temporary.database.migrate(longer)
        try await temporary.database.migrate(longer)
        let row = try await temporary.database.write {
            try $0.queryOne("INSERT INTO owner (name, age) VALUES ('a', 3) RETURNING age")
        }
        #expect(try row?.integer("age") == 3)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a database of a newer program is refused`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind, schema)
        try await temporary.database.migrate(schema + [Migration("second", [])])
        let error = await #expect(throws: StorageError.self) { try await temporary.database.migrate(schema) }
        #expect(error?.code == .migrationOrder)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `rows of an append-only table are added, and never changed or deleted`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind)
        try await temporary.database.migrate([
            Migration("book", ["CREATE TABLE book (id AUTO_ID, amount BIGINT NOT NULL)", "APPEND_ONLY book"])
        ])
        for amount in [1, 2] {
            try await temporary.database.write {
                try $0.execute("INSERT INTO book (amount) VALUES (?)", [.integer(amount)])
            }
        }
        for change in ["UPDATE book SET amount = 3 WHERE id = 1", "DELETE FROM book"] {
            let error = await #expect(throws: StorageError.self) {
                try await temporary.database.write { try $0.execute(change) }
            }
            #expect(error?.code == .constraintViolation)
            #expect(error?.message == "rows of book are only added")
        }
        let rows = try await temporary.database.read { try $0.query("SELECT amount FROM book ORDER BY id") }
        #expect(try rows.map { try $0.integer("amount") } == [1, 2])
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a migration that fails is undone as a whole`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind, schema)
        let broken = schema + [Migration("second", ["CREATE TABLE half (id AUTO_ID)", "CREATE NONSENSE"])]
        await #expect(throws: StorageError.self) { try await temporary.database.migrate(broken) }
        try await temporary.database.migrate(schema + [Migration("second", ["CREATE TABLE half (id AUTO_ID)"])])
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a key is never given twice, even after its row is deleted`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind, schema)
        let keys = try await temporary.database.write { transaction in
            try (0..<2).map { _ in
                let row = try transaction.queryOne("INSERT INTO owner (name) VALUES ('a') RETURNING id")
                try transaction.execute("DELETE FROM owner")
                return try #require(row).integer("id")
            }
        }
        #expect(keys[0] != keys[1])
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a key that somebody chose himself is not given again`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind, schema)
        let keys = try await temporary.database.write { transaction in
            try transaction.execute("INSERT INTO owner (id, name) VALUES (41, 'chosen')")
            let next = try transaction.queryOne("INSERT INTO owner (name) VALUES ('next') RETURNING id")
            try transaction.execute("INSERT INTO owner (id, name) VALUES (7, 'lower')")
            let last = try transaction.queryOne("INSERT INTO owner (name) VALUES ('last') RETURNING id")
            return [try #require(next).integer("id"), try #require(last).integer("id")]
        }
        #expect(keys == [42, 43])
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a statement may be one database's own`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(
            kind,
            schema + [
                Migration(
                    "named",
                    [
                        "SQLITE_ONLY INSERT INTO owner (name) VALUES ('sqlite')",
                        "POSTGRES_ONLY INSERT INTO owner (name) VALUES ('postgres')",
                    ])
            ])
        let rows = try await temporary.database.read { try $0.query("SELECT name FROM owner") }
        #expect(try rows.map { try $0.text("name") } == [kind.rawValue])
    }

    @Test func `of several processes that migrate at once one does it`() async throws {
        let temporary = try await TemporaryDatabase(.postgres)
        let long = (1...20).map { number in
            Migration(
                "step \(number)",
                ["CREATE TABLE t\(number) (id AUTO_ID)", "CREATE INDEX i\(number) ON t\(number) (id)"])
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                let other = try await temporary.other(
                    connections: .init(readers: 1, writers: 1, patience: .seconds(60)))
                group.addTask { try await other.migrate(long) }
            }
            try await group.waitForAll()
        }
        let row = try await temporary.database.read { try $0.queryOne("SELECT COUNT(*) AS n FROM schema_migration") }
        #expect(try row?.integer("n") == 20)
    }

    @Test func `whoever has prepared a statement goes on after a migration by another process`() async throws {
        let temporary = try await TemporaryDatabase(
            .postgres, schema, connections: .init(readers: 1, writers: 1, patience: .seconds(60)))
        let ask: @Sendable (Transaction) throws -> [Row] = { try $0.query("SELECT * FROM owner") }
        #expect(try await temporary.database.read(ask).isEmpty)
        let newer = try await temporary.other()
        try await newer.migrate(schema + [Migration("second", ["ALTER TABLE owner ADD COLUMN age BIGINT"])])
        try await newer.write { try $0.execute("INSERT INTO owner (name, age) VALUES ('a', 3)") }
        #expect(try await temporary.database.read(ask).first?.integer("age") == 3)
    }
}
