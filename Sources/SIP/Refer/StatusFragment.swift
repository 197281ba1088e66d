/// The status line that a transfer is reported by: a body of the type `message/sipfrag` (RFC 3420, RFC 3515 2.4.5).
struct StatusFragment: Hashable, Sendable {
    static let contentType = "message/sipfrag;version=2.0"
    /// More than a status line with headers that anybody sends; what is longer is not looked at.
    private static let mostOctets = 8192

    let status: Int
    let reason: String

    var isFinal: Bool { status >= 200 }

    init(status: Int, reason: String? = nil) {
        self.status = min(max(status, 100), 699)
        self.reason = reason ?? SIPStatus.reason(status)
    }

    /// The fragment in a NOTIFY; nil when the body does not begin with a status line.
    init?(_ body: [UInt8]) {
        let line = Array(body.prefix(Self.mostOctets).prefix { $0 != .carriageReturn && $0 != .lineFeed })
        let parsed = line.withUnsafeBufferPointer { try? StartLine.parse($0) }
        guard case .response(let status, let reason)? = parsed?.0 else { return nil }
        self.status = status
        self.reason = reason
    }

    /// The body; a line end in the reason becomes a space.
    var octets: [UInt8] {
        let line = "SIP/2.0 \(status) \(reason)".map { $0.isNewline ? " " : $0 }
        return Array("\(String(line))\r\n".utf8)
    }
}
