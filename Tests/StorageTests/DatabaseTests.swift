import Foundation
import Storage
import Testing

private let schema = [
    Migration(
        "first",
        [
            "CREATE TABLE owner (id AUTO_ID, name TEXT NOT NULL UNIQUE)",
            """
            CREATE TABLE thing (id AUTO_ID, owner_id BIGINT NOT NULL REFERENCES owner (id), label TEXT, weight DOUBLE PRECISION,
            image BYTES)
            """,
        ])
]

private func prepared() async throws -> TemporaryDatabase {
    let temporary = try TemporaryDatabase()
    try await temporary.database.migrate(schema)
    return temporary
}

@Suite struct DatabaseTests {
    @Test func `every kind of value comes back as it went in`() async throws {
        let temporary = try await prepared()
        let row = try await temporary.database.write { transaction in
            let owner = try transaction.queryOne("INSERT INTO owner (name) VALUES (?) RETURNING id", ["Анна ☎"])
            let id = try #require(owner).integer("id")
            try transaction.execute(
                "INSERT INTO thing (owner_id, label, weight, image) VALUES (?, ?, ?, ?)",
                [.integer(id), nil, .real(1.5), .bytes([0, 255, 7])])
            return try transaction.queryOne(
                "SELECT o.name, t.label, t.weight, t.image FROM thing t JOIN owner o ON o.id = t.owner_id")
        }
        let found = try #require(row)
        #expect(try found.text("name") == "Анна ☎")
        #expect(try found.optionalText("label") == nil)
        #expect(try found.real("weight") == 1.5)
        #expect(try found.bytes("image") == [0, 255, 7])
    }

    @Test func `a duplicate of a unique key is told apart from other failures`() async throws {
        let temporary = try await prepared()
        let insert = "INSERT INTO owner (name) VALUES (?)"
        try await temporary.database.write { try $0.execute(insert, ["a"]) }
        let duplicate = await #expect(throws: StorageError.self) {
            try await temporary.database.write { try $0.execute(insert, ["a"]) }
        }
        #expect(duplicate?.isUniqueViolation == true)
        #expect(duplicate?.constraint == "owner.name")
        let orphan = await #expect(throws: StorageError.self) {
            try await temporary.database.write { try $0.execute("INSERT INTO thing (owner_id) VALUES (99)") }
        }
        #expect(orphan?.code == .foreignKeyViolation)
        let null = await #expect(throws: StorageError.self) {
            try await temporary.database.write { try $0.execute(insert, [nil]) }
        }
        #expect(null?.code == .constraintViolation)
    }

    @Test func `a transaction that throws leaves nothing behind`() async throws {
        struct Stop: Error {}
        let temporary = try await prepared()
        await #expect(throws: Stop.self) {
            try await temporary.database.write { transaction in
                try transaction.execute("INSERT INTO owner (name) VALUES ('ghost')")
                throw Stop()
            }
        }
        let rows = try await temporary.database.read { try $0.query("SELECT id FROM owner") }
        #expect(rows.isEmpty)
    }

    @Test func `execute tells how many rows it touched`() async throws {
        let temporary = try await prepared()
        let counts = try await temporary.database.write { transaction in
            let inserted = try transaction.execute("INSERT INTO owner (name) VALUES ('a'), ('b')")
            let changed = try transaction.execute("UPDATE owner SET name = name || '!' WHERE name = ?", ["b"])
            let none = try transaction.execute("DELETE FROM owner WHERE name = 'z'")
            return [inserted, changed, none]
        }
        #expect(counts == [2, 1, 0])
    }

    @Test func `a read refuses to write`() async throws {
        let temporary = try await prepared()
        await #expect(throws: StorageError.self) {
            _ = try await temporary.database.read { try $0.execute("INSERT INTO owner (name) VALUES ('a')") }
        }
    }

    @Test func `errors name the column and the statement but no value`() async throws {
        let temporary = try await prepared()
        try await temporary.database.write { try $0.execute("INSERT INTO owner (name) VALUES ('secret')") }
        let sql = "SELECT id, name FROM owner"
        let row = try #require(try await temporary.database.read { try $0.queryOne(sql) })
        let missing = #expect(throws: StorageError.self) { try row.text("nickname") }
        #expect(missing?.code == .columnMissing)
        #expect(missing?.column == "nickname")
        let mistyped = #expect(throws: StorageError.self) { try row.integer("name") }
        #expect(mistyped?.code == .columnType)
        #expect(mistyped?.sql == sql)
        #expect(mistyped?.description.contains("secret") == false)
        let count = await #expect(throws: StorageError.self) {
            try await temporary.database.read { try $0.query("SELECT id FROM owner WHERE name = ?", ["secret", 1]) }
        }
        #expect(count?.code == .argumentCount)
        #expect(count?.description.contains("secret") == false)
    }

    @Test func `what was committed is there after the file is opened again`() async throws {
        let temporary = try await prepared()
        try await temporary.database.write { try $0.execute("INSERT INTO owner (name) VALUES ('kept')") }
        try temporary.database.close()
        let again = try Database.open(path: temporary.path)
        try await again.migrate(schema)
        let rows = try await again.read { try $0.query("SELECT name FROM owner") }
        #expect(try rows.map { try $0.text("name") } == ["kept"])
    }

    @Test func `opening a path whose directory is missing says so`() {
        let error = #expect(throws: StorageError.self) { try Database.open(path: "/nonexistent/directory/a.sqlite") }
        #expect(error?.code == .cannotOpen)
    }

    @Test func `many tasks write and read at once without a busy error`() async throws {
        let temporary = try await prepared()
        let database = temporary.database
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<100 {
                group.addTask {
                    try await database.write {
                        try $0.execute("INSERT INTO owner (name) VALUES (?)", [.text("n\(number)")])
                    }
                    _ = try await database.read { try $0.query("SELECT COUNT(*) AS n FROM owner") }
                }
            }
            try await group.waitForAll()
        }
        let row = try await database.read { try $0.queryOne("SELECT COUNT(*) AS n FROM owner") }
        #expect(try row?.integer("n") == 100)
    }
}

@Suite struct MigrationTests {
    @Test func `migrations run once each and new ones follow`() async throws {
        let temporary = try await prepared()
        let longer = schema + [Migration("second", ["ALTER TABLE owner ADD COLUMN age BIGINT"])]
        try await temporary.database.migrate(longer)
        try await temporary.database.migrate(longer)
        let row = try await temporary.database.write {
            try $0.queryOne("INSERT INTO owner (name, age) VALUES ('a', 3) RETURNING age")
        }
        #expect(try row?.integer("age") == 3)
    }

    @Test func `a database of a newer program is refused`() async throws {
        let temporary = try await prepared()
        try await temporary.database.migrate(schema + [Migration("second", [])])
        let error = await #expect(throws: StorageError.self) { try await temporary.database.migrate(schema) }
        #expect(error?.code == .migrationOrder)
    }

    @Test func `rows of an append-only table are added, and never changed or deleted`() async throws {
        let temporary = try TemporaryDatabase()
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

    @Test func `a migration that fails is undone as a whole`() async throws {
        let temporary = try await prepared()
        let broken = schema + [Migration("second", ["CREATE TABLE half (id AUTO_ID)", "CREATE NONSENSE"])]
        await #expect(throws: StorageError.self) { try await temporary.database.migrate(broken) }
        try await temporary.database.migrate(schema + [Migration("second", ["CREATE TABLE half (id AUTO_ID)"])])
    }

    @Test func `a key is never given twice, even after its row is deleted`() async throws {
        let temporary = try await prepared()
        let keys = try await temporary.database.write { transaction in
            try (0..<2).map { _ in
                let row = try transaction.queryOne("INSERT INTO owner (name) VALUES ('a') RETURNING id")
                try transaction.execute("DELETE FROM owner")
                return try #require(row).integer("id")
            }
        }
        #expect(keys[0] != keys[1])
    }
}
