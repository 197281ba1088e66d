import Foundation
import ReplayMemory
import Storage
import Testing

@Suite struct ReplayMemoryTests {
    private static func run(_ test: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "nonces-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await test(folder + "/nonces.sqlite")
    }

    private static func open<Value>(_ path: String, _ work: (ReplayMemory) async throws -> Value) async throws -> Value
    {
        let database = try Database.open(path: path)
        try await database.migrate([ReplayMemory.migration("nonces")])
        let value = try await work(ReplayMemory(database: database))
        try database.close()
        return value
    }

    @Test("A nonce is new once for each sender, also after a restart")
    func once() async throws {
        try await Self.run { path in
            try await Self.open(path) { memory async throws in
                #expect(try await memory.accept("a", of: "one", until: 100))
                #expect(try await !memory.accept("a", of: "one", until: 100))
                #expect(try await memory.accept("a", of: "two", until: 100))
                #expect(try await memory.accept("b", of: "one", until: 100))
            }
            try await Self.open(path) { memory async throws in
                #expect(try await !memory.accept("a", of: "one", until: 200))
                #expect(try await !memory.accept("b", of: "one", until: 200))
            }
        }
    }

    @Test("Of a hundred at once with one nonce, one is the first")
    func simultaneous() async throws {
        try await Self.run { path in
            let first = try await Self.open(path) { memory async throws in
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    for _ in 0..<100 { group.addTask { try await memory.accept("n", of: "s", until: 9) } }
                    return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
            }
            #expect(first == 1)
        }
    }

    @Test("What has expired goes, in batches; the rest stays")
    func sweeping() async throws {
        try await Self.run { path in
            try await Self.open(path) { memory async throws in
                for index in 0..<2500 { _ = try await memory.accept("n\(index)", of: "s", until: Int64(index)) }
                #expect(try await memory.forget(before: 2300) == 2300)
                #expect(try await memory.accept("n2299", of: "s", until: 9999))
                #expect(try await !memory.accept("n2300", of: "s", until: 9999))
                #expect(try await memory.forget(before: 2300) == 0)
            }
        }
    }
}
