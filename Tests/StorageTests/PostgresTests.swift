import Storage
import TestPostgres
import Testing

private let schema = [
    Migration(
        "first",
        [
            "CREATE TABLE purse (id BIGINT PRIMARY KEY, amount BIGINT NOT NULL)",
            "INSERT INTO purse (id, amount) VALUES (1, 100), (2, 100)",
        ])
]

private func nextNumber(_ count: Shared<Int>) -> Int {
    count.change { count in
        count += 1
        return count
    }
}

/// What only a server does: conflicts, waiting for others, a connection that ends.
@Suite struct PostgresTests {
    @Test func `a transaction that another one got in the way of begins again`() async throws {
        let temporary = try await TemporaryDatabase(.postgres, schema)
        let other = try await temporary.other()
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let go = Gate()
        let runs = Shared(0)
        async let total = temporary.database.write { transaction -> Int64 in
            let row = try transaction.queryOne("SELECT SUM(amount) AS total FROM purse")
            if nextNumber(runs) == 1 {
                begin.yield()
                go.wait()
            }
            try transaction.execute("UPDATE purse SET amount = amount + 1 WHERE id = 1")
            return try #require(row).integer("total")
        }
        for await _ in begun { break }
        try await other.write { try $0.execute("UPDATE purse SET amount = 0 WHERE id = 1") }
        go.open()
        #expect(try await total == 100)
        #expect(runs.current == 2)
        let row = try await other.read { try $0.queryOne("SELECT amount FROM purse WHERE id = 1") }
        #expect(try row?.integer("amount") == 1)
    }

    @Test func `one that others always get in the way of runs alone at last`() async throws {
        let temporary = try await TemporaryDatabase(.postgres, schema)
        let other = try await temporary.other()
        let runs = Shared(0)
        let (begun, begin) = AsyncStream.makeStream(of: Int.self)
        let go = Gate()
        async let done: Int = temporary.database.write { transaction in
            let run = nextNumber(runs)
            _ = try transaction.query("SELECT SUM(amount) AS total FROM purse")
            // From the fourth time on nobody else can write, so there is nothing to wait for.
            if run <= 3 {
                begin.yield(run)
                go.wait()
            }
            return try transaction.execute("UPDATE purse SET amount = amount + 1 WHERE id = 1")
        }
        for await run in begun {
            try await other.write { try $0.execute("UPDATE purse SET amount = amount + 1 WHERE id = 1") }
            go.open()
            if run == 3 { break }
        }
        #expect(try await done == 1)
        #expect(runs.current == 4)
    }

    @Test func `who waits too long for a row is told that others are busy`() async throws {
        let temporary = try await TemporaryDatabase(.postgres, schema)
        let hasty = try await temporary.other(connections: .init(patience: .milliseconds(50)))
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let go = Gate()
        async let first: Int = temporary.database.write { transaction in
            let changed = try transaction.execute("UPDATE purse SET amount = 7 WHERE id = 1")
            begin.yield()
            go.wait()
            return changed
        }
        for await _ in begun { break }
        let error = await #expect(throws: StorageError.self) {
            try await hasty.write { try $0.execute("UPDATE purse SET amount = 8 WHERE id = 1") }
        }
        #expect(error?.code == .busy)
        go.open()
        #expect(try await first == 1)
    }

    @Test func `who finds all connections in use for too long is told so`() async throws {
        let temporary = try await TemporaryDatabase(
            .postgres, schema, connections: .init(readers: 1, writers: 1, patience: .milliseconds(50)))
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let go = Gate()
        async let first: Void = temporary.database.write { _ in
            begin.yield()
            go.wait()
        }
        for await _ in begun { break }
        let error = await #expect(throws: StorageError.self) {
            try await temporary.database.write { try $0.execute("UPDATE purse SET amount = 8") }
        }
        #expect(error?.code == .busy)
        #expect(error?.message.contains("1 connections") == true)
        let row = try await temporary.database.read { try $0.queryOne("SELECT amount FROM purse WHERE id = 1") }
        #expect(try row?.integer("amount") == 100, "reads have connections of their own")
        go.open()
        try await first
        try await temporary.database.write { try $0.execute("UPDATE purse SET amount = 8") }
    }

    @Test func `a commit whose answer is lost is told apart from a failure`() async throws {
        let temporary = try await TemporaryDatabase(
            .postgres,
            schema + [
                Migration(
                    "end",
                    [
                        """
                        CREATE FUNCTION end_connection() RETURNS trigger LANGUAGE plpgsql AS $body$
                        BEGIN
                            PERFORM pg_terminate_backend(pg_backend_pid());
                            RETURN NULL;
                        END $body$
                        """,
                        """
                        CREATE CONSTRAINT TRIGGER purse_ends AFTER UPDATE ON purse DEFERRABLE INITIALLY DEFERRED
                        FOR EACH ROW EXECUTE FUNCTION end_connection()
                        """,
                    ])
            ])
        let error = await #expect(throws: StorageError.self) {
            try await temporary.database.write { try $0.execute("UPDATE purse SET amount = 8") }
        }
        #expect(error?.code == .outcomeUnknown)
        let row = try await temporary.database.write { try $0.queryOne("SELECT COUNT(*) AS n FROM purse") }
        #expect(try row?.integer("n") == 2, "the next transaction has a connection again")
    }

    @Test func `a connection that ends before the commit is made anew`() async throws {
        let temporary = try await TemporaryDatabase(
            .postgres, schema, connections: .init(writers: 1, patience: .seconds(60)))
        let runs = Shared(0)
        try await temporary.database.write { transaction in
            try transaction.execute("UPDATE purse SET amount = amount + 1 WHERE id = 1")
            if nextNumber(runs) == 1 {
                _ = try transaction.query("SELECT pg_terminate_backend(pg_backend_pid()) AS ended")
            }
        }
        let row = try await temporary.database.read { try $0.queryOne("SELECT amount FROM purse WHERE id = 1") }
        #expect(try row?.integer("amount") == 101)
        #expect(runs.current == 2)
    }

    @Test func `a server that is not there is named with the remedy, without the password`() async throws {
        let location = try DatabaseLocation(parsing: "postgresql://anna:geheim@/db?host=/nonexistent")
        let error = await #expect(throws: StorageError.self) {
            try await Database.open(location, connections: .init(patience: .milliseconds(50)))
        }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("/nonexistent") == true)
        #expect(error?.message.contains("check that it runs") == true)
        #expect(error?.description.contains("geheim") == false)
    }

    @Test func `a schema that does not exist is named with the remedy`() async throws {
        let missing = try await TestPostgres.missingSchema()
        let error = await #expect(throws: StorageError.self) { try await Database.open(missing) }
        #expect(error?.message.contains("schema") == true)
    }

    @Test func `a server's own words never repeat a value`() async throws {
        let temporary = try await TemporaryDatabase(.postgres, schema)
        for sql in ["SELECT id FROM purse WHERE id = ?", "INSERT INTO purse (id, amount) VALUES (3, ?)"] {
            let error = await #expect(throws: StorageError.self) {
                try await temporary.database.write { try $0.query(sql, ["geheim"]) }
            }
            #expect(error?.code == .valueRefused)
            #expect(error?.description.contains("geheim") == false)
        }
    }

    @Test func `what reads and writes is told to those who ask`() async throws {
        let seen = Shared<[String]>([])
        let temporary = try await TemporaryDatabase(.postgres, schema) { sql in seen.change { $0.append(sql) } }
        _ = try await temporary.database.read { try $0.query("SELECT amount FROM purse WHERE id = ?", [1]) }
        #expect(seen.current.contains("SELECT amount FROM purse WHERE id = ?"))
    }

    @Test func `a closed database refuses`() async throws {
        let temporary = try await TemporaryDatabase(.postgres, schema)
        try temporary.database.close()
        for isRead in [true, false] {
            let error = await #expect(throws: StorageError.self) {
                if isRead {
                    _ = try await temporary.database.read { try $0.query("SELECT id FROM purse") }
                } else {
                    try await temporary.database.write { try $0.execute("DELETE FROM purse") }
                }
            }
            #expect(error?.code == .unavailable)
        }
        await #expect(throws: StorageError.self) { try await temporary.database.withLock("a") {} }
    }
}
