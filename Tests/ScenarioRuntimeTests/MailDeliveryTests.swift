import Testing

@testable import ScenarioRuntime

/// `Net.sendMail` from the script to a server on this machine, and what the script hears of it.
struct MailDeliveryTests {
    @Test func aMailGoesFromTheScriptToTheServer() async throws {
        try await MailServer.run { server in
            let notes = try await send(
                to: server,
                #"{login: "me", password: "hush", html: "<b>hi</b>", cc: "c@example.com", bcc: ["d@example.com"]}"#)
            #expect(notes == ["250 undefined"])
            #expect(server.lines.contains("MAIL FROM:<me@example.com>"))
            #expect(
                server.lines.filter { $0.hasPrefix("RCPT") } == [
                    "RCPT TO:<you@example.com>", "RCPT TO:<c@example.com>", "RCPT TO:<d@example.com>",
                ])
            // RFC 4616: no authorization identity, then the login and the password, each behind a zero octet.
            #expect(server.lines.contains("AUTH PLAIN") && server.lines.contains("AG1lAGh1c2g="))
            #expect(server.lines.contains("Subject: Hello") && server.lines.contains("Cc: <c@example.com>"))
            #expect(!server.lines.contains { $0.contains("d@example.com") && !$0.hasPrefix("RCPT") })
            #expect(server.lines.contains("PGI+aGk8L2I+"))
        }
    }

    /// Each with the command that goes wrong and what the script gets.
    @Test(arguments: [
        ("AUTH", "535 wrong password", "535"), ("RCPT", "550 no such mailbox", "550"),
        ("MAIL", "552 too much of you", "552"), ("DATA", "451 later", "451"), ("mail", "554 this is spam", "554"),
        ("connect", "421 closed today", "421"),
    ])
    func theServersLastWordIsTheCode(command: String, answer: String, code: String) async throws {
        try await MailServer.run(MailServer.Manner(answers: [command: answer])) { server in
            let notes = try await send(to: server, #"{login: "me", password: "hush"}"#)
            #expect(notes.first?.hasPrefix(code + " ") == true, "\(notes)")
            #expect(notes.first?.hasSuffix("undefined") == false)
            #expect(server.lines.contains { $0.hasPrefix("DATA") } == ["DATA", "mail"].contains(command))
        }
    }

    @Test func oneReceiverOfManyThatIsRefusedStopsTheMail() async throws {
        try await MailServer.run(MailServer.Manner(answers: ["RCPT": "550 nobody here"])) { server in
            let notes = try await send(to: server, #"{cc: ["c@example.com"]}"#)
            #expect(notes.first?.hasPrefix("550 ") == true)
            #expect(!server.lines.contains("DATA"))
        }
    }

    @Test func aServerThatRefusesEncryptionGetsAMailButNoPassword() async throws {
        let manner = MailServer.Manner(extensions: ["STARTTLS", "AUTH PLAIN"])
        try await MailServer.run(manner) { server in
            let notes = try await send(to: server, "{}")
            #expect(notes == ["250 undefined"])
            #expect(server.lines.contains("STARTTLS"))
        }
        // 127.0.0.2 is an address like any other to the client: only 127.0.0.1 is this machine.
        try await MailServer.run(host: "127.0.0.2", manner) { server in
            let notes = try await send(to: server, host: "127.0.0.2", #"{login: "me", password: "hush"}"#)
            #expect(notes.first?.hasPrefix("454 ") == true, "\(notes)")
            #expect(server.lines.contains("STARTTLS"))
            #expect(!server.lines.contains { $0.hasPrefix("AUTH") || $0.hasPrefix("MAIL") })
        }
        try await MailServer.run(host: "127.0.0.2", MailServer.Manner(extensions: ["AUTH PLAIN"])) { server in
            let notes = try await send(to: server, host: "127.0.0.2", #"{login: "me", password: "hush"}"#)
            #expect(notes.first?.hasPrefix("-6 ") == true, "\(notes)")
            #expect(!server.lines.contains { $0.hasPrefix("AUTH") || $0.hasPrefix("MAIL") })
        }
    }

    @Test(arguments: ["connect", "EHLO", "RCPT", "mail"])
    func aServerThatSaysNothingIsGivenUp(command: String) async throws {
        try await MailServer.run(MailServer.Manner(answers: [command: ""])) { server in
            let client = CurlMailClient(threads: 1, milliseconds: 400)
            let notes = try await send(to: server, "{}", client: client)
            #expect(notes.first?.hasPrefix("-7 ") == true, "\(notes)")
        }
    }

    @Test func aServerThatHangsUpIsANetworkError() async throws {
        try await MailServer.run(MailServer.Manner(hangsUpAt: "RCPT")) { server in
            let notes = try await send(to: server, "{}")
            #expect(notes.first?.hasPrefix("-6 ") == true, "\(notes)")
        }
    }

    @Test func nobodyIsThere() async throws {
        let port = try await MailServer.run { $0.port }
        try await Stage.with(mailClient: CurlMailClient(threads: 1)) { stage in
            let show = try await stage.play(Self.script(host: "127.0.0.1", port: port, "{}"), hasCaller: false)
            _ = try await show.end()
            #expect(try await show.notes().first?.hasPrefix("-4 ") == true)
        }
    }

    /// Sends one mail from a script; what the script has noted.
    private func send(
        to server: MailServer, host: String = "127.0.0.1", _ options: String,
        client: CurlMailClient = CurlMailClient(threads: 1)
    ) async throws -> [String] {
        try await Stage.with(mailClient: client) { stage in
            let script = Self.script(host: host, port: server.port, options)
            let show = try await stage.play(script, hasCaller: false)
            _ = try await show.end()
            return try await show.notes()
        }
    }

    private static func script(host: String, port: Int, _ options: String) -> String {
        """
        Net.sendMailAsync("\(host)", "me@example.com", "you@example.com", "Hello", "text", {...\(options), port: \(port)})
            .then((r) => { Logger.write(`> ${r.code} ${r.error}`); VoxEngine.terminate(); });
        """
    }
}
