import Testing

@testable import ScenarioRuntime

/// WebSockets from the script to a server on this machine.
@Suite(.timeLimit(.minutes(2))) struct SocketSessionTests {
    /// Opens a connection, notes its events, and ends with it.
    private func notes(_ path: String, _ server: SocketServer, onMessage: String = "") async throws -> [String] {
        try await Stage.with(socketClient: NIOScenarioSocketClient()) { stage in
            let show = try await stage.play(
                """
                const socket = VoxEngine.createWebSocket("ws://127.0.0.1:\(server.port)/\(path)",
                    {headers: [{name: "X-Me", value: "me"}]});
                socket.oncreated = () => Logger.write("> created");
                socket.onopen = () => { Logger.write("> open"); \(path == "echo" ? "socket.send('Привет')" : "") };
                socket.onmessage = (e) => { Logger.write("> " + e.text); \(onMessage) };
                socket.onerror = (e) => Logger.write("> error");
                socket.onclose = (e) => {
                    Logger.write(`> ${e.code} ${e.reason} ${e.wasClean} ${socket.readyState}`);
                    VoxEngine.terminate();
                };
                """, hasCaller: false)
            _ = try await show.end()
            return try await show.notes()
        }
    }

    @Test func aTextIsEchoedAndTheEndIsTheScripts() async throws {
        try await SocketServer.run { server in
            let notes = try await notes("echo", server, onMessage: "socket.close(4000, 'done')")
            #expect(notes == ["created", "open", "Привет me", "4000 done true 3"])
            #expect(server.received == ["text Привет", "close 4000 done"])
        }
    }

    @Test func aPingIsAnsweredAndAFragmentedTextIsOne() async throws {
        try await SocketServer.run { server in
            let pinged = try await notes("ping", server, onMessage: "socket.close()")
            #expect(pinged == ["created", "open", "thank you", "1000  true 3"])
            #expect(server.received.first == "pong are you there")
            let told = try await notes("words", server, onMessage: "socket.close()")
            #expect(told == ["created", "open", "one two", "1000  true 3"])
        }
    }

    @Test func theServersCloseCodeReachesTheScript() async throws {
        try await SocketServer.run { server in
            let heard = try await notes("leave", server)
            #expect(heard == ["created", "open", "4001 go away true 3"])
            await server.connectionEnd()
            #expect(server.received == ["close 4001 go away"])
        }
    }

    /// Each with the code that the server is told.
    @Test(arguments: [("flood", 1009), ("pieces", 1009), ("bytes", 1003)])
    func whatIsTooLongOrNoTextEndsTheConnection(path: String, code: Int) async throws {
        try await SocketServer.run { server in
            let notes = try await notes(path, server)
            #expect(notes.prefix(3) == ["created", "open", "error"])
            #expect(notes.last?.hasPrefix("1006 ") == true && notes.last?.hasSuffix("false 3") == true)
            #expect(notes.count == 4)
            await server.connectionEnd()
            #expect(server.received == ["close \(code) "])
        }
    }

    @Test(arguments: ["refuse", "vanish"]) func aConnectionThatIsNoneOrBreaksIsAnError(path: String) async throws {
        try await SocketServer.run { server in
            let notes = try await notes(path, server)
            #expect(notes.first == "created")
            #expect(notes.contains("error"))
            #expect(notes.last?.hasPrefix("1006 ") == true)
        }
    }
}
