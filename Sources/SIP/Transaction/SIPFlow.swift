/// The way between this element and one peer: a transport, both addresses and, where there is one, the connection.
///
/// Messages sent on a flow leave by the same socket, which is what reaches phones behind address translation.
public struct SIPFlow: Hashable, Sendable {
    /// What carries the messages.
    public var transport: SIPTransportKind
    /// The address this element sends from, as the peer can reach it (it is written in Via).
    public var localAddress: String
    /// The port this element sends from.
    public var localPort: UInt16
    /// The peer's address in its numeric form, IPv6 without brackets.
    public var remoteAddress: String
    /// The peer's port.
    public var remotePort: UInt16
    /// Names the connection of a connection-oriented transport, so that a successor on the same ports differs.
    public var connection: UInt64?
    /// The name that the peer's certificate must bear when a TLS connection is opened for the flow; nil for the address.
    public var peerName: String?

    /// A flow from its parts.
    public init(
        transport: SIPTransportKind, localAddress: String, localPort: UInt16, remoteAddress: String,
        remotePort: UInt16, connection: UInt64? = nil, peerName: String? = nil
    ) {
        self.transport = transport
        self.localAddress = localAddress
        self.localPort = localPort
        self.remoteAddress = remoteAddress
        self.remotePort = remotePort
        self.connection = connection
        self.peerName = peerName
    }

    /// The same flow towards another address of the peer; only meaningful without a connection.
    func towards(address: String, port: UInt16) -> SIPFlow {
        var flow = self
        flow.remoteAddress = address
        flow.remotePort = port
        return flow
    }
}
