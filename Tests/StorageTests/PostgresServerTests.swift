import Storage
import TestPostgres
import Testing

private let schema = [
    Migration("first", ["CREATE TABLE note (id BIGINT PRIMARY KEY)", "CREATE TABLE fact (id BIGINT PRIMARY KEY)"])
]

/// A server that dies and comes back.
@Suite struct PostgresServerTests {
    @Test func `what was confirmed is there, what was refused is not, when the server dies in between`() async throws {
        let server = try await TestPostgres.Server()
        let database = try await Database.open(server.location, connections: .init(patience: .milliseconds(200)))
        try await database.migrate(schema)
        let outcomes = Shared<[Int: StorageError.Code?]>([:])
        let (written, write) = AsyncStream.makeStream(of: Void.self)
        async let all: Void = withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    for number in stride(from: worker, to: 400, by: 4) {
                        do {
                            try await database.write {
                                try $0.execute("INSERT INTO note (id) VALUES (?)", [.integer(number)])
                            }
                            outcomes.change { $0[number] = .some(nil) }
                        } catch let error as StorageError {
                            outcomes.change { $0[number] = error.code }
                        }
                        write.yield()
                    }
                }
            }
            try await group.waitForAll()
        }
        var count = 0
        for await _ in written {
            count += 1
            if count == 100 { break }
        }
        try await server.kill()
        try await server.start()
        try await all
        let again = try await Database.open(server.location)
        let rows = try await again.read { try $0.query("SELECT id FROM note") }
        let kept = Set(try rows.map { Int(try $0.integer("id")) })
        for (number, code) in outcomes.current {
            switch code {
            case nil: #expect(kept.contains(number), "\(number) was confirmed")
            // Its first commit may have had no answer; then the second attempt finds the row.
            case .outcomeUnknown: break
            case .unavailable, .busy: #expect(!kept.contains(number), "\(number) was refused")
            case .some(let other): Issue.record("\(number): \(other)")
            }
        }
        #expect(outcomes.current.count == 400)
        #expect(outcomes.current.values.filter { $0 == nil }.count >= 100)
    }

    @Test func `listeners hear of the interruption and of its end`() async throws {
        let server = try await TestPostgres.Server()
        let database = try await Database.open(server.location)
        var heard = database.notifications(of: "news").makeAsyncIterator()
        try await database.write { try $0.notify("news", "before") }
        #expect(await heard.next() == .message("before"))
        try await server.kill()
        #expect(await heard.next() == .interrupted)
        var late = database.notifications(of: "news").makeAsyncIterator()
        #expect(await late.next() == .interrupted)
        try await server.start()
        #expect(await heard.next() == .resumed)
        #expect(await late.next() == .resumed)
        try await database.write { try $0.notify("news", "after") }
        #expect(await heard.next() == .message("after"))
    }

    @Test func `who loses the connection that holds his lock is stopped and told`() async throws {
        let server = try await TestPostgres.Server()
        let first = try await Database.open(server.location)
        let second = try await Database.open(server.location)
        let error = await #expect(throws: StorageError.self) {
            try await first.withLock("a") {
                try await server.kill()
                let (never, _) = AsyncStream.makeStream(of: Void.self)
                // Ends when the task is cancelled.
                for await _ in never {}
            }
        }
        #expect(error?.code == .lockLost)
        try await server.start()
        for database in [second, first] {
            #expect(try await database.withLock("a", patience: .seconds(20)) { true })
        }
    }

    @Test func `a memory of rows keeps nothing while it cannot hear of changes`() async throws {
        let server = try await TestPostgres.Server()
        let database = try await Database.open(server.location)
        let memory = RowMemory<String, Int>(of: database, changes: "rows") { $0 }
        var heard = database.notifications(of: "rows").makeAsyncIterator()
        #expect(try await memory.value("a") { 1 } == 1)
        #expect(memory.known("a") == 1)
        try await server.kill()
        #expect(await heard.next() == .interrupted)
        #expect(memory.known("a") == nil)
        #expect(try await memory.value("a") { 2 } == 2)
        #expect(memory.known("a") == nil)
        try await server.start()
        #expect(await heard.next() == .resumed)
        #expect(try await memory.value("a") { 3 } == 3)
        #expect(memory.known("a") == 3)
    }
}
