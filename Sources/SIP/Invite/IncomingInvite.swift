/// A call that arrives.
public struct IncomingInvite: Hashable, Sendable {
    /// The whole request, with `received` and `rport` filled in; its body is the caller's offer or empty.
    public var request: SIPRequest
    /// Where it came from.
    public var flow: SIPFlow

    /// A call that arrives by `flow`.
    public init(request: SIPRequest, flow: SIPFlow) {
        self.request = request
        self.flow = flow
    }
}
