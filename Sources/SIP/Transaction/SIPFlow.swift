/// The transports that carry SIP messages here.
public enum SIPTransportKind: String, Hashable, Sendable, CaseIterable {
    case udp = "UDP"
    case tcp = "TCP"
    case tls = "TLS"
    case webSocket = "WS"
    case secureWebSocket = "WSS"

    /// Whether the transport retransmits by itself, so that the transaction timers need not.
    public var isReliable: Bool { self != .udp }

    /// Whether the hop is encrypted.
    public var isSecure: Bool { self == .tls || self == .secureWebSocket }

    /// The port when none is written (RFC 3261 18.1.1, RFC 7118 5.1).
    public var defaultPort: UInt16 {
        switch self {
        case .udp, .tcp: 5060
        case .tls: 5061
        case .webSocket: 80
        case .secureWebSocket: 443
        }
    }

    /// The word in a Via header (`UDP`, `TCP`, `TLS`, `WS`, `WSS`).
    public var viaName: String { rawValue }
}

/// The way between this element and one peer: a transport, both addresses and, where there is one, the connection.
///
/// Messages sent on a flow leave by the same socket, which is what reaches phones behind address translation.
public struct SIPFlow: Hashable, Sendable {
    public var transport: SIPTransportKind
    /// The address this element sends from, as the peer can reach it (it is written in Via).
    public var localAddress: String
    public var localPort: UInt16
    /// The peer's address in its numeric form, IPv6 without brackets.
    public var remoteAddress: String
    public var remotePort: UInt16
    /// Names the connection of a connection-oriented transport, so that a successor on the same ports differs.
    public var connection: UInt64?

    public init(
        transport: SIPTransportKind, localAddress: String, localPort: UInt16, remoteAddress: String,
        remotePort: UInt16, connection: UInt64? = nil
    ) {
        self.transport = transport
        self.localAddress = localAddress
        self.localPort = localPort
        self.remoteAddress = remoteAddress
        self.remotePort = remotePort
        self.connection = connection
    }

    /// The same flow towards another address of the peer; only meaningful without a connection.
    func towards(address: String, port: UInt16) -> SIPFlow {
        var flow = self
        flow.remoteAddress = address
        flow.remotePort = port
        return flow
    }
}
