import Storage
import Testing

private let schema = [
    Migration(
        "first",
        [
            "CREATE TABLE owner (id AUTO_ID, name TEXT NOT NULL, part BIGINT NOT NULL, UNIQUE (name, part))",
            "CREATE TABLE thing (id AUTO_ID, owner_id BIGINT NOT NULL REFERENCES owner (id) ON DELETE CASCADE)",
            "CREATE TABLE purse (id BIGINT PRIMARY KEY, amount BIGINT NOT NULL CONSTRAINT purse_sound CHECK (amount >= 0))",
            "INSERT INTO purse (id, amount) VALUES (1, 100), (2, 100)",
        ])
]

@Suite struct TransactionTests {
    @Test(arguments: DatabaseKind.allCases)
    func `violated constraints have the same codes and names`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind, schema)
        let cases: [(String, StorageError.Code, String?)] = [
            ("INSERT INTO owner (name, part) VALUES ('a', 1), ('a', 1)", .uniqueViolation, "owner.name, owner.part"),
            ("INSERT INTO purse (id, amount) VALUES (1, 0)", .uniqueViolation, "purse.id"),
            ("INSERT INTO owner (name) VALUES ('a')", .constraintViolation, "owner.part"),
            ("UPDATE purse SET amount = -1 WHERE id = 1", .constraintViolation, "purse_sound"),
            ("INSERT INTO thing (owner_id) VALUES (99)", .foreignKeyViolation, nil),
            ("SELECT nonsense FROM owner", .statementFailed, nil),
        ]
        for (sql, code, constraint) in cases {
            let error = await #expect(throws: StorageError.self) {
                try await temporary.database.write { try $0.execute(sql) }
            }
            #expect(error?.code == code, "\(sql)")
            #expect(error?.constraint == constraint, "\(sql)")
            #expect(error?.sql == sql)
        }
    }

    @Test(arguments: DatabaseKind.allCases)
    func `rows that a foreign key deletes along do not count`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind, schema)
        let count = try await temporary.database.write { transaction in
            let owner = try transaction.queryOne("INSERT INTO owner (name, part) VALUES ('a', 1) RETURNING id")
            let id = try #require(owner).integer("id")
            for _ in 0..<3 { try transaction.execute("INSERT INTO thing (owner_id) VALUES (?)", [.integer(id)]) }
            return try transaction.execute("DELETE FROM owner")
        }
        #expect(count == 1)
        let rows = try await temporary.database.read { try $0.query("SELECT id FROM thing") }
        #expect(rows.isEmpty)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `insert or change gives the row that is there then`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind, schema)
        let amounts = try await temporary.database.write { transaction in
            try (1...2).map { _ in
                let row = try transaction.queryOne(
                    """
                    INSERT INTO purse (id, amount) VALUES (7, 5)
                    ON CONFLICT (id) DO UPDATE SET amount = purse.amount + excluded.amount RETURNING amount
                    """)
                return try #require(row).integer("amount")
            }
        }
        #expect(amounts == [5, 10])
        let untouched = try await temporary.database.write {
            try $0.execute("INSERT INTO purse (id, amount) VALUES (7, 9) ON CONFLICT (id) DO NOTHING")
        }
        #expect(untouched == 0)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `who swallows an error loses the transaction all the same`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind, schema)
        let error = await #expect(throws: StorageError.self) {
            try await temporary.database.write { transaction in
                try transaction.execute("INSERT INTO owner (name, part) VALUES ('a', 1)")
                _ = try? transaction.execute("INSERT INTO owner (name, part) VALUES ('a', 1)")
            }
        }
        #expect(error?.code == .uniqueViolation)
        let rows = try await temporary.database.read { try $0.query("SELECT id FROM owner") }
        #expect(rows.isEmpty)
    }

    /// Each reads the whole and writes a part: the sum may never be what two of them decided at once.
    @Test(arguments: DatabaseKind.allCases, [Durability.atOnce, .soon])
    func `writers have the effect of one after another`(kind: DatabaseKind, durability: Durability) async throws {
        let temporary = try await TemporaryDatabase(kind, schema)
        let second = kind == .postgres ? try await temporary.other() : temporary.database
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<60 {
                let database = number.isMultiple(of: 2) ? temporary.database : second
                group.addTask {
                    try await database.write(durability) { transaction in
                        let total = try transaction.queryOne("SELECT SUM(amount) AS total FROM purse")
                        guard try #require(total).integer("total") > 50 else { return }
                        let purse = SQLValue.integer(1 + number % 2)
                        try transaction.execute(
                            "UPDATE purse SET amount = amount - 10 WHERE id = ? AND amount > 0", [purse])
                    }
                }
            }
            try await group.waitForAll()
        }
        let row = try await temporary.database.read { try $0.queryOne("SELECT SUM(amount) AS total FROM purse") }
        #expect(try row?.integer("total") == 50)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a read sees one state from its beginning to its end`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind, schema)
        let database = temporary.database
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let go = Gate()
        async let sums = database.read { transaction -> [Int64] in
            let first = try transaction.queryOne("SELECT SUM(amount) AS total FROM purse")
            begin.yield()
            go.wait()
            let second = try transaction.queryOne("SELECT SUM(amount) AS total FROM purse")
            return [try #require(first).integer("total"), try #require(second).integer("total")]
        }
        for await _ in begun { break }
        try await database.write { try $0.execute("UPDATE purse SET amount = 0") }
        go.open()
        #expect(try await sums == [200, 200])
    }

    @Test(arguments: DatabaseKind.allCases)
    func `rows are claimed by one of those who work through them`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind, schema)
        let second = kind == .postgres ? try await temporary.other() : temporary.database
        try await temporary.database.write { transaction in
            for part in 0..<200 {
                try transaction.execute("INSERT INTO owner (name, part) VALUES ('work', ?)", [.integer(part)])
            }
        }
        let taken = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for number in 0..<40 {
                let database = number.isMultiple(of: 2) ? temporary.database : second
                group.addTask {
                    try await database.write { transaction in
                        try transaction.query(
                            """
                            UPDATE owner SET name = 'done' WHERE id IN
                                (SELECT id FROM owner WHERE name = 'work' ORDER BY id LIMIT 5 CLAIM_ROWS) RETURNING id
                            """
                        ).map { try $0.integer("id") }
                    }
                }
            }
            return try await group.reduce(into: [Int64]()) { $0 += $1 }
        }
        #expect(taken.count == Set(taken).count, "a row was given twice")
        #expect(taken.count == 200)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a read of a cancelled task ends, a write happens`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind, schema)
        let database = temporary.database
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await database.write { try $0.execute("UPDATE purse SET amount = 1") }
            _ = try await database.read { try $0.query("SELECT * FROM purse") }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        let row = try await database.read { try $0.queryOne("SELECT SUM(amount) AS total FROM purse") }
        #expect(try row?.integer("total") == 2)
    }
}
