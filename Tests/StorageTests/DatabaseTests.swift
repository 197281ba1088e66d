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

@Suite struct DatabaseTests {
    @Test(arguments: DatabaseKind.allCases)
    func `every kind of value comes back as it went in`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind, schema)
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

    @Test(arguments: DatabaseKind.allCases)
    func `a duplicate of a unique key is told apart from other failures`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind, schema)
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

    @Test(arguments: DatabaseKind.allCases)
    func `a transaction that throws leaves nothing behind`(kind: DatabaseKind) async throws {
        struct Stop: Error {}
        let temporary = try await TemporaryDatabase(kind, schema)
        await #expect(throws: Stop.self) {
            try await temporary.database.write { transaction in
                try transaction.execute("INSERT INTO owner (name) VALUES ('ghost')")
                throw Stop()
            }
        }
        let rows = try await temporary.database.read { try $0.query("SELECT id FROM owner") }
        #expect(rows.isEmpty)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `execute tells how many rows it touched`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind, schema)
        let counts = try await temporary.database.write { transaction in
            let inserted = try transaction.execute("INSERT INTO owner (name) VALUES ('a'), ('b')")
            let changed = try transaction.execute("UPDATE owner SET name = name || '!' WHERE name = ?", ["b"])
            let none = try transaction.execute("DELETE FROM owner WHERE name = 'z'")
            return [inserted, changed, none]
        }
        #expect(counts == [2, 1, 0])
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a read refuses to write`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind, schema)
        await #expect(throws: StorageError.self) {
            _ = try await temporary.database.read { try $0.execute("INSERT INTO owner (name) VALUES ('a')") }
        }
    }

    @Test(arguments: DatabaseKind.allCases)
    func `errors name the column and the statement but no value`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind, schema)
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

    @Test(arguments: DatabaseKind.allCases)
    func `what was committed is there after the database is opened again`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind, schema)
        try await temporary.database.write { try $0.execute("INSERT INTO owner (name) VALUES ('kept')") }
        try temporary.database.close()
        let again = try await temporary.other()
        try await again.migrate(schema)
        let rows = try await again.read { try $0.query("SELECT name FROM owner") }
        #expect(try rows.map { try $0.text("name") } == ["kept"])
    }

    @Test func `opening a path whose directory is missing says so`() {
        let error = #expect(throws: StorageError.self) { try Database.open(path: "/nonexistent/directory/a.sqlite") }
        #expect(error?.code == .cannotOpen)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `many tasks write and read at once without a busy error`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind, schema)
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
