import Storage
import Testing

private let schema = [Migration("first", ["CREATE TABLE owner (id AUTO_ID, name TEXT NOT NULL UNIQUE)"])]

@Suite struct NotificationTests {
    @Test(arguments: DatabaseKind.allCases)
    func `what a transaction tells is heard after its commit, in order, once`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind, schema)
        let listener = kind == .postgres ? try await temporary.other() : temporary.database
        var heard = listener.notifications(of: "owners").makeAsyncIterator()
        for name in ["a", "b\nc ☎", ""] {
            try await temporary.database.write { transaction in
                try transaction.execute("INSERT INTO owner (name) VALUES (?)", [.text(name)])
                try transaction.notify("owners", name)
                try transaction.notify("others", "not for us")
            }
        }
        for name in ["a", "b\nc ☎", ""] { #expect(await heard.next() == .message(name)) }
        let rows = try await listener.read { try $0.query("SELECT name FROM owner") }
        #expect(rows.count == 3)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `what was rolled back is not told`(kind: DatabaseKind) async throws {
        struct Stop: Error {}
        let temporary = try await TemporaryDatabase(kind, schema)
        var heard = temporary.database.notifications(of: "owners").makeAsyncIterator()
        await #expect(throws: Stop.self) {
            try await temporary.database.write { transaction in
                try transaction.notify("owners", "ghost")
                throw Stop()
            }
        }
        try await temporary.database.write { try $0.notify("owners", "real") }
        #expect(await heard.next() == .message("real"))
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a payload that is too long is refused`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind, schema)
        for (channel, payload) in [
            ("c", String(repeating: "x", count: 7001)), ("c", "\0"), ("", "x"), ("a\nb", "x"),
            (String(repeating: "c", count: 65), "x"),
        ] {
            let error = await #expect(throws: StorageError.self) {
                try await temporary.database.write { try $0.notify(NotificationChannel(channel), payload) }
            }
            #expect(error?.code == .valueRefused)
        }
        var heard = temporary.database.notifications(of: "c").makeAsyncIterator()
        let longest = String(repeating: "я", count: 3500)
        try await temporary.database.write { try $0.notify("c", longest) }
        #expect(await heard.next() == .message(longest))
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a reader who is too slow hears that he has missed something`(kind: DatabaseKind) async throws {
        let temporary = try await TemporaryDatabase(kind, schema)
        let slow = temporary.database.notifications(of: "many")
        var quick = temporary.database.notifications(of: "end").makeAsyncIterator()
        try await temporary.database.write { transaction in
            for number in 0..<1200 { try transaction.notify("many", "\(number)") }
            try transaction.notify("end", "")
        }
        _ = await quick.next()
        var heard = slow.makeAsyncIterator()
        #expect(await heard.next() == .interrupted)
        #expect(await heard.next() == .resumed)
        #expect(await heard.next() == .message("1000"))
    }

    @Test func `schemas of one server do not hear each other`() async throws {
        let first = try await TemporaryDatabase(.postgres, schema)
        let second = try await TemporaryDatabase(.postgres, schema)
        var heard = first.database.notifications(of: "owners").makeAsyncIterator()
        try await second.database.write { try $0.notify("owners", "theirs") }
        try await first.database.write { try $0.notify("owners", "ours") }
        #expect(await heard.next() == .message("ours"))
    }
}
