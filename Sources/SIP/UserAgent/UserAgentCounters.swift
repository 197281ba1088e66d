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

    /// Nothing counted yet.
    public init() {}
}
