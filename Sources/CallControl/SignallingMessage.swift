/// A message of the signalling protocol that was exchanged for a leg, as a log may show it.
public struct SignallingMessage: Sendable, Equatable {
    public let leg: CallID
    /// Whether the far end has sent it.
    public let isReceived: Bool
    /// Numeric address and port of the far end.
    public let peer: String
    /// What carried it: UDP, TCP, TLS, WS or WSS.
    public let transport: String
    /// Start line, header fields and body with line feeds between them; without anything that must not be read.
    public let text: String

    public init(leg: CallID, isReceived: Bool, peer: String, transport: String, text: String) {
        self.leg = leg
        self.isReceived = isReceived
        self.peer = peer
        self.transport = transport
        self.text = text
    }
}
