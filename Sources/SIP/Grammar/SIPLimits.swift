/// Bounds on what the parser takes from the network, so that a peer cannot make it allocate without end.
public struct SIPLimits: Hashable, Sendable {
    /// Octets in the start line.
    public var startLine: Int
    /// Header fields in a message.
    public var headerCount: Int
    /// Octets in one header field, folded lines included.
    public var headerField: Int
    /// Octets of start line and header fields together.
    public var head: Int
    /// Octets in the body.
    public var body: Int

    /// Limits in octets, except for `headerCount`.
    public init(startLine: Int, headerCount: Int, headerField: Int, head: Int, body: Int) {
        self.startLine = startLine
        self.headerCount = headerCount
        self.headerField = headerField
        self.head = head
        self.body = body
    }

    /// 4 KiB start line, 200 fields of up to 16 KiB, 64 KiB head, 256 KiB body.
    public static let standard = SIPLimits(
        startLine: 4096, headerCount: 200, headerField: 16384, head: 65536, body: 262_144)
}
