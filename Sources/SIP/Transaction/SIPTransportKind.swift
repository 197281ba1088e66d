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
