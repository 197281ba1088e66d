import Controller
import Foundation
import Synchronization
import Testing

@testable import Switchboard

/// Warnings on their way to a real SMTP server: Python's.
@Suite(.serialized) struct SMTPMailerTests {
    /// Says its port, then each mail as a line of JSON; refuses whoever begins with `gone`.
    private static let server = """
        import asyncore, json, smtpd, sys
        class Server(smtpd.SMTPServer):
            def process_message(self, peer, sender, receivers, data, **options):
                if receivers[0].startswith("gone"): return "550 no such mailbox"
                if receivers[0].startswith("later"): return "450 busy"
                print(json.dumps({"from": sender, "to": receivers, "data": data.decode()}), flush=True)
        server = Server(("127.0.0.1", 0), None)
        print(server.socket.getsockname()[1], flush=True)
        asyncore.loop()
        """

    @Test func `a mail arrives, and refusals are told apart`() async throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-W", "ignore", "-c", Self.server]
        process.standardOutput = output
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        let pending = Mutex("")
        output.fileHandleForReading.readabilityHandler = { handle in
            let text = String(decoding: handle.availableData, as: UTF8.self)
            guard !text.isEmpty else { return continuation.finish() }
            pending.withLock { pending in
                pending += text
                while let end = pending.firstIndex(of: "\n") {
                    continuation.yield(String(pending[..<end]))
                    pending.removeSubrange(...end)
                }
            }
        }
        try process.run()
        defer { process.terminate() }
        var lines = stream.makeAsyncIterator()
        let port = try #require(Int(await lines.next() ?? ""))
        let mailer = SMTPMailer(server: "127.0.0.1", port: port, from: "telephony@example.com", login: nil)
        let taken = await mailer.send(WarningMail(to: "anna@example.com", subject: "Telephony", text: "low\r\n"))
        #expect(taken == .taken)
        let line = try #require(await lines.next())
        let mail = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
        #expect(mail["from"] as? String == "telephony@example.com" && mail["to"] as? [String] == ["anna@example.com"])
        #expect((mail["data"] as? String)?.contains("Subject: Telephony") == true)
        let gone = await mailer.send(WarningMail(to: "gone@example.com", subject: "Telephony", text: "low\r\n"))
        let later = await mailer.send(WarningMail(to: "later@example.com", subject: "Telephony", text: "low\r\n"))
        guard case .never = gone, case .later = later else {
            Issue.record("\(gone) \(later)")
            return
        }
        let away = SMTPMailer(server: "127.0.0.1", port: 1, from: "telephony@example.com", login: nil)
        let outcome = await away.send(WarningMail(to: "anna@example.com", subject: "Telephony", text: "low\r\n"))
        guard case .later = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }
}
