/// An inbound leg as a scenario first sees it.
public struct IncomingCall: Sendable, Equatable {
    public var id: CallID
    public var callerID: String
    public var destination: String
    public var displayName: String
    public var fromURI: String
    public var toURI: String
    /// `VI-Client-Type`, `VI-Client-Device`, `VI-Client-IP` and the INVITE's `X-…` headers.
    public var headers: CallHeaders
    /// The number or user that sent the call here last (RFC 5806); nil for a call that nobody has forwarded.
    public var divertedFrom: String?

    public init(
        id: CallID, callerID: String, destination: String, displayName: String, fromURI: String, toURI: String,
        headers: CallHeaders, divertedFrom: String? = nil
    ) {
        self.id = id
        self.callerID = callerID
        self.destination = destination
        self.displayName = displayName
        self.fromURI = fromURI
        self.toURI = toURI
        self.headers = headers
        self.divertedFrom = divertedFrom
    }
}
