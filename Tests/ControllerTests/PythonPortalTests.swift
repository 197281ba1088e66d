import Foundation
import RequestSigning
import TestProcesses
import Testing

@testable import Controller

/// The written protocol, proved by a portal that was made from the page alone, in another language.
@Suite(.serialized) struct PythonPortalTests {
    private static let vectors = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs/portal-protocol-vectors.json").path

    @Test("The vectors of the page are what both programs compute")
    func testVectors() async throws {
        let program = try PythonProgram("portal.py", ["vectors", Self.vectors])
        let count = try await program.line()
        await program.hasEnded()
        let json = try #require(JSONValue(try Data(contentsOf: URL(filePath: Self.vectors))))
        let vectors = json["vectors"]?.elements ?? []
        #expect(!vectors.isEmpty)
        #expect(Int(count) == vectors.count)
        for vector in vectors {
            func text(_ name: String) throws -> String { try #require(vector[name]?.string) }
            let direction = try #require(RequestKey.Direction(rawValue: try text("direction")))
            let key = RequestKey(licenceKey: try text("licence_key"), direction: direction)
            #expect(key.hexadecimal == (try text("key")))
            let request = SignedRequest(
                method: try text("method"), path: try text("path"), body: Array(try text("body").utf8),
                time: try #require(vector["time"]?.int64), nonce: try text("nonce"))
            let (signature, note) = (try text("signature"), try text("note"))
            #expect(request.signature(key) == signature, "\(note)")
        }
    }

    /// Runs a Python portal under a key of the operator's.
    private static func run(_ test: @Sendable (World, PythonProgram, String) async throws -> Void) async throws {
        try await World.run { world async throws in
            let program = try PythonProgram("portal.py", ["run", "python", world.base])
            // The address is part of the licence, so the portal listens first and gets its key then.
            try program.say("to be replaced")
            let port = try await program.line()
            let added = try await world.administer(
                "/admin/portals", #"{"portal":"python","address":"http://127.0.0.1:\#(port)","currency":"RUB"}"#)
            let key = try #require(added.json?["licence_key"]?.string)
            try program.say("key \(key)")
            let result: Result<Void, any Error>
            do { result = .success(try await test(world, program, key)) } catch { result = .failure(error) }
            await program.end()
            try result.get()
        }
    }

    @Test("A portal in Python gets an account, credentials, and serves its line's settings")
    func wholePortal() async throws {
        try await Self.run { world, program, key async throws in
            #expect(try await program.ask("CheckConnection").answer?["result"] == "OK")
            #expect(try await program.ask("GetAccountInfo").answer?["currency"] == "RUB")
            let user = try await program.ask("GetUser", #"{"USER_ID": 7}"#)
            #expect(user.status == 200)
            #expect(user.answer?["user_login"] == "user7")
            // Its own signature check lets the controller's request in.
            let settings = try await world.config("python", portal: "python", licence: key)
            #expect(settings.json?["QUEUE_USERS"]?.elements.first?["USER_ID"] == 7)
            #expect(try await program.ask("SettingsChanged", #"{"SEARCH_ID": "python"}"#).status == 200)
            let unknown = try await world.config("nobody", portal: "python", licence: key)
            #expect(unknown.json?["ERROR"] == "LINE_UNKNOWN")
            #expect(try await program.ask("NoSuchCommand").status == 404)
        }
    }

    @Test("A portal in Python goes through a change of its key without a refused request")
    func rotation() async throws {
        try await Self.run { world, program, key async throws in
            #expect(try await program.ask("CheckConnection").status == 200)
            #expect(try await world.config("python", portal: "python", licence: key).json?["SEARCH_ID"] == "python")
            let answer = try await world.administer("/admin/portals/python/key", "{}")
            let fresh = try #require(answer.json?["licence_key"]?.string)
            #expect(try await program.ask("SettingsChanged", #"{"SEARCH_ID": "python"}"#).status == 200)
            try program.say("key \(fresh)")
            #expect(try await program.ask("CheckConnection").status == 200)
            #expect(try await program.ask("SettingsChanged", #"{"SEARCH_ID": "python"}"#).status == 200)
            #expect(try await world.admin("/admin/portals/python").json?["key_confirmed"] == true)
        }
    }

    @Test("A portal in Python with a wrong key is refused")
    func wrongKey() async throws {
        try await Self.run { _, program, _ async throws in
            try program.say("key wrong")
            let answer = try await program.ask("GetAccountInfo")
            #expect(answer.status == 403)
            #expect(answer.answer?["error"]?["code"] == "REFUSED")
        }
    }
}

extension PythonProgram {
    fileprivate func ask(_ command: String, _ body: String = "{}") async throws -> (status: Int64?, answer: JSONValue?)
    {
        try say("\(command) \(body)")
        let json = try #require(JSONValue(Data(try await line().utf8)))
        return (json["status"]?.int64, json["answer"])
    }
}
