/// What a `UserAgent` asks of the shell that drives it.
public enum UserAgentAction: Hashable, Sendable {
    /// Put the message on the wire; a failure comes back by `transportFailed`.
    case send(SIPMessage, to: SIPFlow)
    /// Something happened on a call.
    case event(SessionHandle, InviteEvent)
    /// A request outside calls, or one of the methods named in `UserAgentSettings.forwarded`: answer it by `respond`
    /// within 32 s.
    case request(ServerRequestHandle, SIPRequest, SIPFlow)
    /// A request of `sendRequest` got its final response; nil when none came or the transport failed.
    case requestCompleted(ClientRequestHandle, SIPResponse?)
}
