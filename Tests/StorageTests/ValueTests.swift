import Storage
import Testing

private let schema = [
    Migration(
        "first",
        ["CREATE TABLE kept (id AUTO_ID, number BIGINT, label TEXT, weight DOUBLE PRECISION, image BYTES)"])
]

/// What goes in comes out, on both databases, or is refused on both.
@Suite struct ValueTests {
    private func roundTrip(_ kind: DatabaseKind, _ column: String, _ values: [SQLValue]) async throws -> [SQLValue] {
        let temporary = try await TemporaryDatabase(kind, schema)
        return try await temporary.database.write { transaction in
            for value in values { try transaction.execute("INSERT INTO kept (\(column)) VALUES (?)", [value]) }
            return try transaction.query("SELECT \(column) AS value FROM kept ORDER BY id").map {
                try $0.value("value")
            }
        }
    }

    @Test(arguments: DatabaseKind.allCases)
    func `integers to their limits`(kind: DatabaseKind) async throws {
        let values: [SQLValue] = [0, -1, .integer(Int64.max), .integer(Int64.min), nil]
        #expect(try await roundTrip(kind, "number", values) == values)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `numbers to their limits and to the last digit`(kind: DatabaseKind) async throws {
        let numbers = [
            0.1, 1e300, -5e-300, .greatestFiniteMagnitude, .leastNormalMagnitude, 2.0, .infinity, -.infinity, 1 / 3,
        ]
        let values = numbers.map(SQLValue.real) + [nil]
        #expect(try await roundTrip(kind, "weight", values) == values)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `texts of every script, quotes and lengths`(kind: DatabaseKind) async throws {
        let texts = [
            "", "Анна ☎ 👩‍👩‍👧 e\u{301}", "it's \"quoted\" \\ ? $1", "\u{1}\u{7f}\u{10FFFF}\t\n\r",
            String(repeating: "я", count: 500_000),
        ]
        let values = texts.map(SQLValue.text) + [nil]
        #expect(try await roundTrip(kind, "label", values) == values)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `octets of every value`(kind: DatabaseKind) async throws {
        let values: [SQLValue] = [.bytes([]), .bytes(Array(0...255)), .bytes(.init(repeating: 0, count: 100_000)), nil]
        #expect(try await roundTrip(kind, "image", values) == values)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `an integer in a column of texts is its digits, and digits in one of integers are an integer`(
        kind: DatabaseKind
    ) async throws {
        #expect(try await roundTrip(kind, "label", [7]) == ["7"])
        #expect(try await roundTrip(kind, "number", ["7"]) == [7])
    }

    @Test(arguments: DatabaseKind.allCases)
    func `the character 0 in a text is refused, and so is what is no number`(kind: DatabaseKind) async throws {
        for (column, value) in [("label", SQLValue.text("secret\0")), ("weight", .real(.nan))] {
            let error = await #expect(throws: StorageError.self) { try await roundTrip(kind, column, [value]) }
            #expect(error?.code == .valueRefused)
            #expect(error?.description.contains("secret") == false)
        }
    }

    @Test(arguments: DatabaseKind.allCases)
    func `sums, counts, averages and comparisons have the same types`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind, schema)
        let row = try await temporary.database.write { transaction in
            try transaction.execute("INSERT INTO kept (number, weight) VALUES (2, 0.5), (3, 1)")
            return try transaction.queryOne(
                """
                SELECT SUM(number) AS total, COUNT(*) AS n, AVG(number) AS mean, SUM(weight) AS mass, MAX(number) AS top,
                    MAX(number) > 2 AS is_big, SUM(id) AS keys, COALESCE(SUM(number), 0) AS some FROM kept
                """)
        }
        let found = try #require(row)
        #expect(try found.value("total") == 5)
        #expect(try found.value("n") == 2)
        #expect(try found.value("mean") == .real(2.5))
        #expect(try found.value("mass") == .real(1.5))
        #expect(try found.value("top") == 3)
        #expect(try found.value("is_big") == 1)
        #expect(try found.value("some") == 5)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `texts are sorted by octets and LIKE tells cases apart`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind, schema)
        let (sorted, alike) = try await temporary.database.write { transaction in
            for label in ["b", "a", "B", "Ä", "_", "a-1", "ab"] {
                try transaction.execute("INSERT INTO kept (label) VALUES (?)", [.text(label)])
            }
            let sorted = try transaction.query("SELECT label FROM kept ORDER BY label")
            let alike = try transaction.query(
                "SELECT label FROM kept WHERE label LIKE ? ESCAPE '\\' ORDER BY id", ["b%"])
            return (try sorted.map { try $0.text("label") }, try alike.map { try $0.text("label") })
        }
        #expect(sorted == ["B", "_", "a", "a-1", "ab", "b", "Ä"])
        #expect(alike == ["b"])
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a question mark in quotes or in a comment is no placeholder`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind, schema)
        let row = try await temporary.database.write { transaction in
            try transaction.execute("INSERT INTO kept (number) VALUES (3)")
            return try transaction.queryOne(
                """
                SELECT 'it''s ?' AS "why?" -- really?
                FROM kept WHERE number = ?
                """, [3])
        }
        #expect(try row?.text("why?") == "it's ?")
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a sum beyond 64 bits is refused`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind, schema)
        await #expect(throws: StorageError.self) {
            try await temporary.database.write { transaction in
                for _ in 0..<2 {
                    try transaction.execute("INSERT INTO kept (number) VALUES (?)", [.integer(Int64.max)])
                }
                _ = try transaction.query("SELECT SUM(number) AS total FROM kept")
            }
        }
    }
}
