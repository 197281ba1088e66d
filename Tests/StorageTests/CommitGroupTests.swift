import Dispatch
import Storage
import Testing

private let schema = [
    Migration(
        "first",
        [
            "CREATE TABLE owner (id AUTO_ID, name TEXT NOT NULL UNIQUE)",
            "CREATE TABLE thing (owner_id BIGINT NOT NULL REFERENCES owner (id))",
        ])
]

/// Transactions of SQLite that wait for each other share a commit, and nothing else.
@Suite struct CommitGroupTests {
    /// Holds the writer until `count` writes wait behind it, so that they are one group.
    private func together(
        _ count: Int, _ durability: Durability, _ work: @escaping @Sendable (Int, Transaction) throws -> Void
    ) async throws -> (database: TemporaryDatabase, errors: [Int: any Error]) {
        let temporary = try await TemporaryDatabase(.sqlite, schema)
        let database = temporary.database
        let gate = DispatchSemaphore(value: 0)
        async let first: Void = database.write { _ in gate.wait() }
        let errors = await withTaskGroup(of: (Int, (any Error)?).self) { group in
            for number in 0..<count {
                group.addTask {
                    do {
                        try await database.write(durability) { try work(number, $0) }
                        return (number, nil)
                    } catch {
                        return (number, error)
                    }
                }
            }
            gate.signal()
            var errors: [Int: any Error] = [:]
            for await (number, error) in group { errors[number] = error }
            return errors
        }
        try await first
        return (temporary, errors)
    }

    private func names(_ database: Database) async throws -> [String] {
        try await database.read { try $0.query("SELECT name FROM owner ORDER BY id").map { try $0.text("name") } }
    }

    @Test(arguments: [Durability.atOnce, .soon])
    func `each of a group happens`(durability: Durability) async throws {
        let (temporary, errors) = try await together(250, durability) { number, transaction in
            try transaction.execute("INSERT INTO owner (name) VALUES (?)", [.text("n\(number)")])
        }
        #expect(errors.isEmpty)
        #expect(Set(try await names(temporary.database)).count == 250)
    }

    @Test func `one that throws undoes itself and nobody else`() async throws {
        struct Stop: Error {}
        let (temporary, errors) = try await together(60, .soon) { number, transaction in
            try transaction.execute("INSERT INTO owner (name) VALUES (?)", [.text("n\(number)")])
            if number % 3 == 0 { throw Stop() }
            if number % 3 == 1 { try transaction.execute("INSERT INTO thing (owner_id) VALUES (-1)") }
        }
        #expect(errors.filter { $0.value is Stop }.keys.allSatisfy { $0 % 3 == 0 })
        #expect(errors.filter { ($0.value as? StorageError)?.code == .foreignKeyViolation }.count == 20)
        #expect(errors.count == 40)
        let kept = Set(try await names(temporary.database))
        #expect(kept == Set((0..<60).filter { $0 % 3 == 2 }.map { "n\($0)" }))
    }

    @Test func `what one of a group has written the next one sees`() async throws {
        let (temporary, errors) = try await together(40, .soon) { number, transaction in
            let row = try transaction.queryOne("SELECT COUNT(*) AS n FROM owner")
            let count = try row?.integer("n") ?? -1
            try transaction.execute("INSERT INTO owner (name) VALUES (?)", [.text("n\(count)")])
        }
        #expect(errors.isEmpty)
        #expect(try await names(temporary.database) == (0..<40).map { "n\($0)" })
    }

    @Test func `a writer hears of a commit when others can read it`() async throws {
        let temporary = try await TemporaryDatabase(.sqlite, schema)
        let database = temporary.database
        for number in 0..<50 {
            let durability: Durability = number.isMultiple(of: 2) ? .soon : .atOnce
            try await database.write(durability) {
                try $0.execute("INSERT INTO owner (name) VALUES (?)", [.text("n\(number)")])
            }
            #expect(try await names(database).count == number + 1)
        }
    }

    @Test func `a write to a closed database throws`() async throws {
        let temporary = try await TemporaryDatabase(.sqlite, schema)
        try await temporary.database.write(.soon) { try $0.execute("INSERT INTO owner (name) VALUES ('kept')") }
        try temporary.database.close()
        await #expect(throws: StorageError.self) {
            try await temporary.database.write(.soon) { try $0.execute("INSERT INTO owner (name) VALUES ('late')") }
        }
        let again = try await temporary.other()
        #expect(try await names(again) == ["kept"])
    }
}
