import Synchronization
import Testing

@testable import Controller

@Suite struct CommandTests {
    private func command(_ world: World, _ fields: JSONValue, portal: String = "demo") async throws -> World.Answer {
        try await world.command("CallCommand", fields, portal: portal)
    }

    private func call(_ world: World, session: String = "28ccd1538fd88709.1437727808.225342_127.0.0.1") async throws {
        let url = "\(world.platformBase)/request/\(session)/e2a2f42cebd2f7a2"
        #expect(try await world.invite(accessURL: url).status == 200)
    }

    @Test("A command reaches the session to the character")
    func relay() async throws {
        try await World.run { world async throws in
            try await call(world)
            let user: JSONValue = [
                "CALL_ID": .text(World.callID), "USER_ID": "67", "OPERATOR_ID": 67, "COMMAND": "user",
            ]
            #expect(try await command(world, user).text == #"{"result":"OK"}"#)
            let wait: JSONValue = ["CALL_ID": .text(World.callID), "COMMAND": "wait", "OPERATOR_ID": "67"]
            #expect(try await command(world, wait).status == 200)
            let control = world.platform.state.withLock { $0.control }
            #expect(
                control.map(\.body) == [
                    #"{"COMMAND":"user","OPERATOR_ID":"67","USER_ID":67}"#, #"{"COMMAND":"wait","OPERATOR_ID":"67"}"#,
                ])
            #expect(control.first?.path.hasSuffix("/e2a2f42cebd2f7a2") == true)
        }
    }

    @Test("A call that is over, unknown, or another portal's is not found")
    func notFound() async throws {
        try await World.run { world async throws in
            try await call(world, session: "gone")
            let wait: JSONValue = ["CALL_ID": .text(World.callID), "COMMAND": "wait", "OPERATOR_ID": "67"]
            #expect(try await command(world, wait, portal: "other").code == "CALL_NOT_FOUND")
            #expect(world.platform.state.withLock { $0.control.isEmpty })
            world.platform.state.withLock { _ = $0.endedSessions.insert("gone") }
            let answer = try await command(world, wait)
            #expect(answer.code == "CALL_NOT_FOUND")
            #expect(answer.status == 404)
            let unknown: JSONValue = ["CALL_ID": "unknown", "COMMAND": "wait", "OPERATOR_ID": "67"]
            #expect(try await command(world, unknown).code == "CALL_NOT_FOUND")
        }
    }

    @Test("A session that cannot be reached is told apart from one that is over")
    func unreachable() async throws {
        try await World.run { world async throws in
            _ = try await world.invite(accessURL: "http://127.0.0.1:1/request/a/b")
            let wait: JSONValue = ["CALL_ID": .text(World.callID), "COMMAND": "wait", "OPERATOR_ID": "67"]
            #expect(try await command(world, wait).code == "PLATFORM_UNAVAILABLE")
        }
    }
}
