/// The host, port and transport to which a request for a URI goes (RFC 3263 4, without DNS service records).
public struct SIPNextHop: Hashable, Sendable {
    /// A name or a numeric address, IPv6 without brackets.
    public var host: String
    public var port: UInt16
    public var transport: SIPTransportKind

    /// A hop from its parts; without a port the transport's own.
    public init(host: String, port: UInt16? = nil, transport: SIPTransportKind) {
        self.host = host
        self.port = port ?? transport.defaultPort
        self.transport = transport
    }

    /// The hop that a URI names: `maddr` before the host; TLS for `sips`, else what `transport` says, else UDP.
    ///
    /// Nil for URIs of other schemes, without a host, or with a transport that connections are not opened for.
    public init?(_ uri: SIPURI) {
        guard uri.isSIP, let transport = Self.transport(of: uri) else { return nil }
        let host = HostName.withoutBrackets(uri.parameters["maddr"] ?? uri.host)
        guard !host.isEmpty else { return nil }
        self.init(host: host, port: uri.port, transport: transport)
    }

    private static func transport(of uri: SIPURI) -> SIPTransportKind? {
        switch (uri.scheme, uri.transport) {
        case ("sips", nil), ("sips", "tcp"), (_, "tls"): .tls
        case ("sip", "tcp"): .tcp
        case ("sip", nil), ("sip", "udp"): .udp
        default: nil
        }
    }
}
