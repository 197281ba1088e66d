/// What a session asks of the user agent.
enum InviteSessionAction: Sendable {
    /// Send in a client transaction; answers come back under the identifier.
    case send(SIPRequest, SIPFlow, PendingID)
    /// Send an ACK, which has no transaction.
    case sendACK(SIPRequest, SIPFlow)
    case respond(SIPResponse, TransactionID)
    case event(InviteEvent)
    /// Stop waiting for an INVITE that nobody will answer.
    case abandon(PendingID)
}
