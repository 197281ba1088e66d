import Storage
import Testing

@Suite struct LockTests {
    @Test(arguments: DatabaseKind.allCases)
    func `one at a time is in a lock, whichever process it comes from`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind)
        let second = kind == .postgres ? try await temporary.other() : temporary.database
        let inside = Shared((now: 0, most: 0, total: 0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<40 {
                let database = number.isMultiple(of: 2) ? temporary.database : second
                group.addTask {
                    try await database.withLock("portal") {
                        inside.change { $0 = ($0.now + 1, max($0.most, $0.now + 1), $0.total + 1) }
                        await Task.yield()
                        inside.change { $0.now -= 1 }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(inside.current.most == 1)
        #expect(inside.current.total == 40)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `names do not wait for each other, and an error gives the lock back`(kind: DatabaseKind) async throws {
        struct Stop: Error {}
        let database = try await TemporaryDatabase(kind).database
        let value = try await database.withLock("a") { try await database.withLock("b") { 7 } }
        #expect(value == 7)
        await #expect(throws: Stop.self) { try await database.withLock("a") { throw Stop() } }
        #expect(try await database.withLock("a", patience: .seconds(1)) { true })
    }

    @Test(arguments: DatabaseKind.allCases)
    func `patience ends with busy, and a cancelled task waits no longer`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind)
        let second = kind == .postgres ? try await temporary.other() : temporary.database
        try await temporary.database.withLock("a") {
            let error = await #expect(throws: StorageError.self) {
                try await second.withLock("a", patience: .milliseconds(20)) {}
            }
            #expect(error?.code == .busy)
            let waiting = Task { try await temporary.database.withLock("a") {} }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }
    }

    @Test func `schemas of one server have locks of their own`() async throws {
        let first = try await TemporaryDatabase(.postgres).database
        let second = try await TemporaryDatabase(.postgres).database
        let isIn = try await first.withLock("a") { try await second.withLock("a", patience: .seconds(1)) { true } }
        #expect(isIn)
    }
}
