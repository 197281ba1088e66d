import Storage
import Testing

@Suite struct RowMemoryTests {
    @Test func `a value is read once`() async throws {
        let memory = RowMemory<String, Int>()
        #expect(memory.known("a") == nil)
        #expect(try await memory.value("a") { 1 } == 1)
        #expect(try await memory.value("a") { 2 } == 1)
        #expect(memory.known("a") == 1)
    }

    @Test func `what is not there is looked for again`() async throws {
        let memory = RowMemory<String, Int>()
        #expect(try await memory.value("a") { nil } == nil)
        #expect(try await memory.value("a") { 2 } == 2)
    }

    @Test func `a changed value is read again`() async throws {
        let memory = RowMemory<String, Int>()
        _ = try await memory.value("a") { 1 }
        memory.forget("a")
        #expect(try await memory.value("a") { 2 } == 2)
    }

    @Test func `a read that began before a change is not kept`() async throws {
        let memory = RowMemory<String, Int>()
        let old = try await memory.value("a") {
            memory.forget("a")
            return 1
        }
        #expect(old == 1)
        #expect(try await memory.value("a") { 2 } == 2)
        memory.forget("a")
        _ = try await memory.value("a") {
            memory.change("a") { $0 += 1 }
            return 3
        }
        #expect(memory.known("a") == nil)
    }

    @Test func `a known value can be brought to what was written`() async throws {
        let memory = RowMemory<String, Int>()
        memory.change("a") { $0 += 1 }
        #expect(memory.known("a") == nil)
        _ = try await memory.value("a") { 1 }
        memory.change("a") { $0 += 1 }
        #expect(memory.known("a") == 2)
    }

    @Test func `a read that fails is told and not kept`() async throws {
        struct Broken: Error {}
        let memory = RowMemory<String, Int>()
        await #expect(throws: Broken.self) { try await memory.value("a") { throw Broken() } }
        #expect(try await memory.value("a") { 2 } == 2)
    }

    @Test func `it is bounded`() async throws {
        let memory = RowMemory<Int, Int>(capacity: 10)
        for number in 0..<25 { _ = try await memory.value(number) { number } }
        #expect((0..<25).filter { memory.known($0) != nil }.count <= 10)
        #expect(memory.known(24) == 24)
    }

    @Test func `what another process changes is forgotten`() async throws {
        let temporary = try await TemporaryDatabase(.postgres)
        let other = try await temporary.other()
        let memory = RowMemory<String, Int>(of: temporary.database, changes: "rows") { $0.isEmpty ? nil : $0 }
        // Hears what the memory hears, after it.
        var heard = temporary.database.notifications(of: "rows").makeAsyncIterator()
        for key in ["a", "b"] { _ = try await memory.value(key) { 1 } }
        try await other.write { try $0.notify("rows", "a") }
        #expect(await heard.next() == .message("a"))
        #expect(memory.known("a") == nil)
        #expect(memory.known("b") == 1)
        try await other.write { try $0.notify("rows", "") }
        #expect(await heard.next() == .message(""))
        #expect(memory.known("b") == nil)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `what this process has changed itself stays as it said`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind)
        let memory = RowMemory<String, Int>(of: temporary.database, changes: "rows") { $0 }
        var heard = temporary.database.notifications(of: "rows").makeAsyncIterator()
        _ = try await memory.value("a") { 1 }
        try await temporary.database.write { try $0.notify("rows", "a") }
        memory.change("a") { $0 = 2 }
        #expect(await heard.next() == .message("a"))
        #expect(memory.known("a") == 2)
    }
}
