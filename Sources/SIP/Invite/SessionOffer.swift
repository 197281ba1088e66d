/// A new description offered by the peer inside a call.
public struct SessionOffer: Hashable, Sendable {
    /// INVITE or UPDATE.
    public var method: SIPMethod
    /// The offer; empty when the peer asks for ours.
    public var description: [UInt8]
    /// The request's header fields.
    public var headers: SIPHeaders

    /// An offer from its parts.
    public init(method: SIPMethod, description: [UInt8], headers: SIPHeaders) {
        self.method = method
        self.description = description
        self.headers = headers
    }
}
