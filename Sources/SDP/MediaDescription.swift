/// One stream: an `m=` line with the lines that belong to it (RFC 8866 section 5.14).
public struct MediaDescription: Hashable, Sendable {
    /// `audio`, `video`, `text`, `application`, `message`, `image`.
    public var kind: String
    /// Where the writer receives; 0 means that the stream is refused or gone.
    public var port: UInt16
    /// Number of port pairs, 1 nearly always.
    public var portCount: Int
    /// `RTP/AVP`, `RTP/SAVP`, `UDP/TLS/RTP/SAVPF`…
    public var transport: String
    /// Payload types in the order of preference, for RTP transports.
    public var formats: [String]
    /// `c=` of the stream; nil where the session's holds.
    public var connection: ConnectionData?
    /// `b=` lines of the stream, as written.
    public var bandwidths: [String]
    /// `a=` lines of the stream.
    public var attributes: [SDPAttribute]
    /// `i=` and `k=` of the stream, as they came.
    public var otherLines: [SDPLine]

    /// A stream to write.
    public init(
        kind: String, port: UInt16, portCount: Int = 1, transport: String = "RTP/AVP", formats: [String],
        connection: ConnectionData? = nil, bandwidths: [String] = [], attributes: [SDPAttribute] = [],
        otherLines: [SDPLine] = []
    ) {
        self.kind = kind
        self.port = port
        self.portCount = portCount
        self.transport = transport
        self.formats = formats
        self.connection = connection
        self.bandwidths = bandwidths
        self.attributes = attributes
        self.otherLines = otherLines
    }

    init?(line text: Substring) {
        let fields = text.split(separator: " ")
        guard fields.count >= 3 else { return nil }
        let ports = fields[1].split(separator: "/", omittingEmptySubsequences: false)
        guard ports.count <= 2, let port = ports.first.flatMap({ UInt16($0) }) else { return nil }
        let count = ports.count == 2 ? Int(ports[1]) : 1
        guard let count, count >= 1 else { return nil }
        self.init(
            kind: String(fields[0]), port: port, portCount: count, transport: String(fields[2]),
            formats: fields.dropFirst(3).map { String($0) })
    }

    var text: String {
        let ports = portCount == 1 ? "\(port)" : "\(port)/\(portCount)"
        return ([kind, ports, transport] + formats).joined(separator: " ")
    }
}
