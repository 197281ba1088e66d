/// What a `TransactionLayer` asks of its user.
public enum TransactionAction: Sendable {
    /// Put the message on the wire.
    case send(SIPMessage, SIPFlow)
    /// A request that opens a server transaction; answer it with `respond`.
    case request(SIPRequest, TransactionID, SIPFlow)
    /// A CANCEL with a transaction of its own, and the INVITE transaction it names, if there is one.
    case cancel(SIPRequest, TransactionID, invite: TransactionID?, SIPFlow)
    /// An ACK of a 2xx, with the INVITE transaction where the peer's ACK still carries that branch.
    case ack(SIPRequest, SIPFlow)
    /// A response to a request of ours, repetitions of a 2xx to INVITE included.
    case response(SIPResponse, TransactionID, SIPFlow)
    /// A request of ours will get no more answer.
    case clientFailed(TransactionID, ClientFailure)
    /// A client transaction is over; its identifier is never used again. Comes once for each `send`.
    case clientTerminated(TransactionID)
    /// A server transaction is over.
    case serverTerminated(TransactionID)
    /// A response that belongs to nothing.
    case strayResponse(SIPResponse, SIPFlow)
    /// A request refused for lack of room, already answered by 503.
    case overloaded(SIPFlow)
}
