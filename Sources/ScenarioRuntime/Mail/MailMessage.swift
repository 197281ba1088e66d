/// One mail: who it is from, who gets it, and what it says.
public struct MailMessage: Sendable, Equatable {
    public var from: String
    public var to: [String]
    public var cc: [String]
    /// Receivers that the others do not see.
    public var bcc: [String]
    public var subject: String
    public var text: String
    public var html: String?

    public init(
        from: String, to: [String], cc: [String] = [], bcc: [String] = [], subject: String, text: String,
        html: String? = nil
    ) {
        self.from = from
        self.to = to
        self.cc = cc
        self.bcc = bcc
        self.subject = subject
        self.text = text
        self.html = html
    }

    /// Everybody who gets it.
    public var receivers: [String] { to + cc + bcc }

    /// The mail as it travels (RFC 5322, RFC 2045); line ends of the fields are taken out, so that no text adds a field.
    ///
    /// - Parameters:
    ///   - date: the instant, in milliseconds since 1970.
    ///   - identity: a text that no other mail has; also the boundary of its parts.
    public func render(unixMilliseconds date: Int64, identity: String) -> [UInt8] {
        var lines = [
            "Date: \(MailDate.text(unixMilliseconds: date))", "From: <\(Self.line(from))>",
            "To: \(Self.list(to))",
        ]
        if !cc.isEmpty { lines.append("Cc: \(Self.list(cc))") }
        let domain = from.split(separator: "@").last.map(String.init) ?? "localhost"
        lines += [
            "Subject: \(Self.encodedWords(subject))", "Message-ID: <\(identity)@\(Self.line(domain))>",
            "MIME-Version: 1.0",
        ]
        if let html {
            lines += ["Content-Type: multipart/alternative; boundary=\"\(identity)\"", ""]
            for (type, body) in [("plain", text), ("html", html)] {
                lines.append("--\(identity)")
                lines += Self.part(type, body)
            }
            lines.append("--\(identity)--")
        } else {
            lines += Self.part("plain", text)
        }
        return Array((lines.joined(separator: "\r\n") + "\r\n").utf8)
    }

    private static func part(_ type: String, _ body: String) -> [String] {
        let encoded = Array(Base64.encode(Array(body.utf8)).utf8)
        let lines = stride(from: 0, to: encoded.count, by: 76).map { start in
            String(decoding: encoded[start..<min(start + 76, encoded.count)], as: UTF8.self)
        }
        return ["Content-Type: text/\(type); charset=utf-8", "Content-Transfer-Encoding: base64", ""] + lines
    }

    private static func list(_ addresses: [String]) -> String {
        addresses.map { "<\(line($0))>" }.joined(separator: ",\r\n ")
    }

    private static func line(_ text: String) -> String {
        String(decoding: text.utf8.filter { $0 >= 0x20 && $0 != 0x7F }, as: UTF8.self)
    }

    /// A field of any text: as it is in ASCII, else in words of at most 45 octets (RFC 2047).
    private static func encodedWords(_ text: String) -> String {
        let text = line(text)
        if text.utf8.count < 900, text.utf8.allSatisfy({ $0 < 0x7F }), !text.contains("=?") { return text }
        var words: [[UInt8]] = [[]]
        for character in text.unicodeScalars {
            let bytes = Array(String(character).utf8)
            if (words.last?.count ?? 0) + bytes.count > 45 { words.append([]) }
            words[words.count - 1] += bytes
        }
        return words.map { "=?utf-8?B?\(Base64.encode($0))?=" }.joined(separator: "\r\n ")
    }
}
