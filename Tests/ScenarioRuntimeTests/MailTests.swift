import Testing

@testable import ScenarioRuntime

struct MailTests {
    @Test func aMailIsWrittenAsItTravels() {
        let mail = MailMessage(
            from: "me@example.com", to: ["you@example.com", "them@example.com"], cc: ["c@example.com"],
            bcc: ["hidden@example.com"], subject: "Пропущенный звонок\r\nBcc: x@y.z", text: "Привет",
            html: "<b>Привет</b>")
        let text = String(decoding: mail.render(unixMilliseconds: 1_437_727_808_000, identity: "i.d"), as: UTF8.self)
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.first == "Date: Fri, 24 Jul 2015 08:50:08 +0000")
        #expect(lines.contains("To: <you@example.com>,") && lines.contains(" <them@example.com>"))
        #expect(lines.contains("Message-ID: <i.d@example.com>"))
        #expect(lines.contains("Content-Type: multipart/alternative; boundary=\"i.d\""))
        #expect(lines.contains("0J/RgNC40LLQtdGC") && lines.suffix(2).first == "--i.d--")
        #expect(!text.contains("hidden@example.com") && !lines.contains { $0.hasPrefix("Bcc:") })
        #expect(lines.allSatisfy { $0.utf8.count <= 998 })
    }

    @Test(arguments: [
        ("smtp.example.com", 25, "smtp://smtp.example.com:25"), ("192.0.2.1", 465, "smtps://192.0.2.1:465"),
        ("2001:db8::1", 587, "smtp://[2001:db8::1]:587"), ("a/b", 25, nil), ("u@h", 25, nil), ("", 25, nil),
    ]) func onlyNamesAndAddressesAreServers(server: String, port: Int, url: String?) {
        #expect(CurlMailClient.url(of: request(server: server, port: port)) == url)
    }

    @Test func aPasswordIsForEncryptedConnectionsOnly() {
        var mail = request(server: "smtp.example.com", port: 587)
        #expect(!CurlMailClient.needsEncryption(mail))
        mail.login = "me"
        #expect(CurlMailClient.needsEncryption(mail))
        mail.server = "127.0.0.1"
        #expect(!CurlMailClient.needsEncryption(mail))
    }

    private func request(server: String, port: Int) -> MailRequest {
        MailRequest(
            server: server, port: port,
            message: MailMessage(
                from: "me@example.com", to: ["you@example.com"], bcc: ["hidden@example.com"], subject: "Hello",
                text: "first line"))
    }
}
