import SIP

/// A SIP message as logs may show it.
///
/// Not in it: what proves who somebody is, keys of encrypted sound, passwords in addresses, and bodies other than session
/// descriptions (digits of SIP INFO and texts are for the scenario to log). Of tags and branches only the beginning is
/// there: whoever knows a whole dialog or transaction could end it or take it over.
struct RedactedSIPMessage {
    /// Bytes of a message; the rest is left out.
    static let longest = 8192

    private static let blank = "******"
    private static let proofs: [SIPHeaderName] = ["Authorization", "Proxy-Authorization", "Authentication-Info"]
    private static let keyLines = ["a=crypto:", "a=key-mgmt:", "a=ice-pwd:", "a=ice-ufrag:", "k="]

    let text: String

    init(_ message: SIPMessage) {
        var lines = [Self.startLine(message)]
        for field in message.headers { lines.append("\(field.name): \(Self.value(of: field))") }
        lines += Self.body(message)
        let whole = lines.joined(separator: "\n")
        guard whole.utf8.count > Self.longest else {
            text = whole
            return
        }
        text = String(decoding: whole.utf8.prefix(Self.longest), as: UTF8.self) + "\n(the rest is left out)"
    }

    private static func startLine(_ message: SIPMessage) -> String {
        switch message {
        case .request(let request): withoutSecrets("\(request.method) \(request.uri) SIP/2.0")
        case .response(let response): "SIP/2.0 \(response.status) \(response.reason)"
        }
    }

    private static func value(of field: SIPHeaders.Field) -> String {
        if proofs.contains(field.name) {
            let isDigest = field.value.lowercased().hasPrefix("digest ")
            return isDigest ? "Digest \(blank)" : blank
        }
        return withoutSecrets(field.value)
    }

    private static func body(_ message: SIPMessage) -> [String] {
        guard !message.body.isEmpty else { return [] }
        let type = message.headers.first("Content-Type") ?? "no type"
        guard type.lowercased().hasPrefix("application/sdp") else {
            return ["", "(\(message.body.count) bytes, \(type))"]
        }
        let lines = String(decoding: message.body.prefix(longest), as: UTF8.self)
            .split(whereSeparator: \.isNewline)
        return [""]
            + lines.map { line in
                let key = keyLines.first { line.lowercased().hasPrefix($0) }
                return key.map { "\($0)\(blank)" } ?? String(line)
            }
    }

    /// A line without passwords of addresses, header fields that addresses carry, and ends of tags.
    static func withoutSecrets(_ line: String) -> String {
        var scanner = SecretScanner(line)
        return scanner.cleaned(blank: blank)
    }
}

/// Reads a line of a SIP message once, and leaves out what must not be read.
private struct SecretScanner {
    private static let schemes = ["sip:", "sips:"].map { Array($0.utf8) }
    /// Names of tags and branches, with as much of their values as tells one from another.
    private static let tags = ["tag=", "tag%3d"].map { Array($0.utf8) }
    private static let keptOfTag = 4
    private static let branches = [Array("branch=".utf8)]
    private static let keptOfBranch = "z9hG4bK".utf8.count + 4

    private let line: [UInt8]
    private var text: [UInt8] = []

    init(_ line: String) {
        self.line = Array(line.utf8)
        text.reserveCapacity(self.line.count)
    }

    mutating func cleaned(blank: String) -> String {
        var place = 0
        while place < line.count {
            if let end = end(of: Self.schemes, at: place) {
                text += line[place..<end]
                place = address(from: end, blank)
            } else if let end = end(of: Self.tags, at: place) {
                text += line[place..<end]
                place = token(from: end, Self.keptOfTag)
            } else if let end = end(of: Self.branches, at: place) {
                text += line[place..<end]
                place = token(from: end, Self.keptOfBranch)
            } else {
                text.append(line[place])
                place += 1
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Name and password of an address stand before its `@`, header fields behind its `?`.
    private mutating func address(from start: Int, _ blank: String) -> Int {
        let end = line[start...].firstIndex { " <>\",".utf8.contains($0) } ?? line.count
        var place = start
        if let at = line[start..<end].lastIndex(of: UInt8(ascii: "@")) {
            if let colon = line[start..<at].firstIndex(of: UInt8(ascii: ":")) {
                text += line[start...colon]
                text += blank.utf8
            } else {
                text += line[start..<at]
            }
            place = at
        }
        guard let question = line[place..<end].firstIndex(of: UInt8(ascii: "?")) else { return place }
        text += line[place...question]
        text += blank.utf8
        return end
    }

    private mutating func token(from start: Int, _ kept: Int) -> Int {
        let end = line[start...].firstIndex { !Self.isToken($0) } ?? line.count
        text += line[start..<min(start + kept, end)]
        if end > start + kept { text += "…".utf8 }
        return end
    }

    private func end(of words: [[UInt8]], at place: Int) -> Int? {
        for word in words where place + word.count <= line.count {
            let isHere = word.indices.allSatisfy { index in
                let byte = line[place + index]
                return word[index] == (byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte)
            }
            if isHere { return place + word.count }
        }
        return nil
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-.!%*_+`'~".utf8.contains(byte)
        }
    }
}
