/// The host, port and transport to which a request for a URI goes (RFC 3263 4, without DNS service records).
public struct SIPNextHop: Hashable, Sendable {
    /// A name or a numeric address, IPv6 without brackets.
    public var host: String
    /// The port that was asked for; nil where name servers or the transport decide.
    public var explicitPort: UInt16?
    public var transport: SIPTransportKind

    /// A hop from its parts.
    public init(host: String, port: UInt16? = nil, transport: SIPTransportKind) {
        self.host = host
        explicitPort = port
        self.transport = transport
    }

    /// The port that was asked for, else the transport's own.
    public var port: UInt16 { explicitPort ?? transport.defaultPort }

    /// Whether the host is an address and no name.
    public var isNumeric: Bool { HostName.isNumeric(host) }

    /// The name under which name servers keep the places of the hop (RFC 3263 4.2); nil where they are not asked.
    var service: String? {
        let name = host.hasSuffix(".") ? String(host.dropLast()) : host
        guard explicitPort == nil, !isNumeric, name.contains("."), !name.lowercased().hasSuffix(".localhost") else {
            return nil
        }
        switch transport {
        case .udp: return "_sip._udp.\(name)"
        case .tcp: return "_sip._tcp.\(name)"
        case .tls: return "_sips._tcp.\(name)"
        case .webSocket, .secureWebSocket: return nil
        }
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
