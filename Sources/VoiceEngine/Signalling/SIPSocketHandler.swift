import SIP

/// What the sockets report to their owner; every call comes on the sockets' event loop.
protocol SIPSocketOwner: AnyObject {
    func received(_ message: SIPMessage, on flow: SIPFlow)
    /// Octets that are no SIP message, with what is wrong and, where it can be answered, the request.
    func receivedGarbage(_ error: SIPParseError, on flow: SIPFlow)
    /// Nothing can be sent on the flow any more, or the last message could not be.
    func flowFailed(_ flow: SIPFlow)
    /// A connection ended before TLS was agreed: a certificate that is not believed, or a peer that speaks no TLS.
    func handshakeFailed(with address: String, isOutgoing: Bool, reason: String)
}
