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

/// How often the network did what needs no answer, since the start.
public struct UserAgentCounters: Hashable, Sendable {
    /// Responses to nothing that was asked.
    public var strayResponses = 0
    /// ACKs of no call.
    public var strayACKs = 0
    /// Requests refused by 503 for lack of room.
    public var overloads = 0
    /// Requests without the mandatory header fields.
    public var malformed = 0

    public init() {}
}
