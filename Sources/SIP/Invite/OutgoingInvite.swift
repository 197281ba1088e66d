/// What a call to somebody needs.
public struct OutgoingInvite: Hashable, Sendable {
    /// The Request-URI.
    public var uri: SIPURI
    /// The caller; a tag is added.
    public var from: NameAddress
    /// The callee as From shows the caller; usually the Request-URI.
    public var to: NameAddress
    /// Where the peer reaches this side on the flow that the call uses.
    public var contact: NameAddress
    /// Proxies that the INVITE has to pass, in order.
    public var routes: [NameAddress]
    /// The offer; empty for an INVITE that asks the peer for one.
    public var description: [UInt8]
    /// Further header fields.
    public var headers: SIPHeaders
    /// Answers to 401 and 407; without them such an answer is a failure.
    public var credentials: SIPCredentials?
    /// A Call-ID of the owner's choice.
    public var callID: String?

    /// A call from its parts.
    public init(
        uri: SIPURI, from: NameAddress, to: NameAddress, contact: NameAddress, routes: [NameAddress] = [],
        description: [UInt8], headers: SIPHeaders = SIPHeaders(), credentials: SIPCredentials? = nil,
        callID: String? = nil
    ) {
        self.uri = uri
        self.from = from
        self.to = to
        self.contact = contact
        self.routes = routes
        self.description = description
        self.headers = headers
        self.credentials = credentials
        self.callID = callID
    }
}
