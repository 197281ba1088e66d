extension SessionDescription {
    /// Longest text that is read, in octets.
    public static let maximumLength = 65_536
    /// Most lines that are read.
    public static let maximumLines = 2_000
    /// Most streams that are read.
    public static let maximumMedia = 64

    /// Reads a description.
    ///
    /// Lines may end with CRLF, LF or CR; blank lines are skipped; lines of unknown types are ignored. `s=` and `t=` may be
    /// missing, as some phones leave them out.
    public init(parsing text: String) throws(SDPError) {
        try self.init(parsing: Array(text.utf8))
    }

    /// Reads a description from octets; what is not UTF-8 becomes replacement characters.
    public init(parsing bytes: [UInt8]) throws(SDPError) {
        guard bytes.count <= Self.maximumLength else {
            throw SDPError(.tooLarge, "\(bytes.count) octets; at most \(Self.maximumLength) are read")
        }
        var parser = SDPParser()
        var number = 0
        for line in bytes.split(whereSeparator: { $0 == 10 || $0 == 13 || $0 == 0 }) {
            number += 1
            guard number <= Self.maximumLines else {
                throw SDPError(.tooLarge, "more than \(Self.maximumLines) lines", line: number)
            }
            try parser.read(Substring(decoding: line, as: UTF8.self), number: number)
        }
        self = try parser.finish()
    }
}

/// Reads line by line; session lines first, then the lines of the stream that the last `m=` opened.
private struct SDPParser {
    private var sawVersion = false
    private var origin: SessionOrigin?
    private var session = SessionDescription(
        origin: SessionOrigin(sessionID: 0, version: 0, address: ConnectionData(address: "0.0.0.0")), timings: [])
    private var stream: MediaDescription?

    mutating func read(_ line: Substring, number: Int) throws(SDPError) {
        guard !line.allSatisfy({ $0 == " " || $0 == "\t" }) else { return }
        let bytes = line.utf8
        let second = bytes.index(after: bytes.startIndex)
        guard second < bytes.endIndex, bytes[second] == UInt8(ascii: "="), let type = line.first else {
            throw SDPError(.malformedLine, "expected a letter, then =", line: number)
        }
        let value = line[bytes.index(after: second)...]
        if type == "v" {
            guard value.split(separator: " ") == ["0"] else {
                throw SDPError(.malformedLine, "version is not 0; only RFC 8866 text is read", line: number)
            }
            sawVersion = true
        } else if !sawVersion {
            throw SDPError(.missingLine, "v=0 must come first", line: number)
        } else if type == "m" {
            try open(value, number: number)
        } else if stream == nil {
            try readSession(type, value, number: number)
        } else {
            try readStream(type, value, number: number)
        }
    }

    private mutating func open(_ value: Substring, number: Int) throws(SDPError) {
        close()
        guard session.media.count < SessionDescription.maximumMedia else {
            throw SDPError(.tooLarge, "more than \(SessionDescription.maximumMedia) streams", line: number)
        }
        guard let media = MediaDescription(line: value) else {
            throw SDPError(.malformedLine, "expected m=<media> <port> <transport> <formats>", line: number)
        }
        stream = media
    }

    private mutating func close() {
        if let stream { session.media.append(stream) }
        stream = nil
    }

    private mutating func readSession(_ type: Character, _ value: Substring, number: Int) throws(SDPError) {
        switch type {
        case "o":
            guard let line = SessionOrigin(line: value) else {
                throw SDPError(.malformedLine, "expected o=<user> <id> <version> IN IP4|IP6 <address>", line: number)
            }
            origin = line
        case "s": session.sessionName = String(value)
        case "c": session.connection = try connection(value, number: number)
        case "b": session.bandwidths.append(String(value))
        case "t": session.timings.append(String(value))
        case "a": session.attributes.append(SDPAttribute(line: value))
        case "i", "u", "e", "p", "r", "z", "k": session.otherLines.append(SDPLine(type, String(value)))
        default: break
        }
    }

    private mutating func readStream(_ type: Character, _ value: Substring, number: Int) throws(SDPError) {
        switch type {
        case "c":
            let line = try connection(value, number: number)
            stream?.connection = line
        case "b": stream?.bandwidths.append(String(value))
        case "a": stream?.attributes.append(SDPAttribute(line: value))
        case "i", "k": stream?.otherLines.append(SDPLine(type, String(value)))
        default: break
        }
    }

    private func connection(_ value: Substring, number: Int) throws(SDPError) -> ConnectionData {
        guard let line = ConnectionData(line: value) else {
            throw SDPError(.malformedLine, "expected c=IN IP4|IP6 <address>", line: number)
        }
        return line
    }

    mutating func finish() throws(SDPError) -> SessionDescription {
        close()
        guard sawVersion else { throw SDPError(.missingLine, "v=0 is missing; is this a session description?") }
        guard let origin else { throw SDPError(.missingLine, "o= is missing; it names the session") }
        session.origin = origin
        if session.timings.isEmpty { session.timings = ["0 0"] }
        return session
    }
}
