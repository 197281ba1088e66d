/// What happens on a call that its owner has to know.
///
/// Each call gives exactly one of `failed`, `redirected`, `cancelled` and `ended`; it is the last one, after which its
/// handle names nothing.
public enum InviteEvent: Hashable, Sendable {
    /// A call arrives: first event of a callee's session.
    case incoming(IncomingInvite)
    /// A provisional response above 100; `body` is empty or an early session description.
    case ringing(status: Int, headers: SIPHeaders, body: [UInt8])
    /// Follows `ringing` when the provisional response had a body: the peer sends sound before it answers.
    case earlyMedia(description: [UInt8], headers: SIPHeaders)
    /// The peer accepted. `description` is its answer, or its offer when the INVITE had none; empty when the peer sent
    /// its answer with a provisional response only.
    case answered(description: [UInt8], headers: SIPHeaders)
    /// The peer names other addresses (3xx).
    case redirected(status: Int, contacts: [NameAddress], headers: SIPHeaders)
    /// The call did not come about.
    case failed(InviteFailure)
    /// The caller gave up before the answer; the value is its Reason header.
    case cancelled(reason: String?)
    /// An established call is over.
    case ended(InviteEnd)
    /// The peer wants other media; answer with `acceptReinvite` or `rejectReinvite`.
    case reinviteReceived(SessionOffer)
    /// The peer accepted our new description.
    case reinviteAnswered(description: [UInt8], headers: SIPHeaders)
    /// The peer refused our new description; the session goes on as before.
    case reinviteFailed(status: Int, reason: String)
    /// An INFO arrived and was answered by 200.
    case infoReceived(SIPPayload, headers: SIPHeaders)
    /// A MESSAGE arrived inside the call and was answered by 200.
    case messageReceived(SIPPayload, headers: SIPHeaders)
    /// The peer confirmed our answer; `description` is its late answer when the offer was ours, else empty.
    case ackReceived(description: [UInt8])
    /// An INFO, MESSAGE or OPTIONS of ours got its final status (408 for none).
    case requestAnswered(SIPMethod, status: Int)

    /// Whether this is the last event of its call.
    public var isFinal: Bool {
        switch self {
        case .failed, .redirected, .cancelled, .ended: true
        default: false
        }
    }
}

/// The side an ending came from.
public enum CallSide: Hashable, Sendable {
    case local
    case remote
}

/// A call that arrives.
public struct IncomingInvite: Hashable, Sendable {
    /// The whole request, with `received` and `rport` filled in; its body is the caller's offer or empty.
    public var request: SIPRequest
    /// Where it came from.
    public var flow: SIPFlow

    public init(request: SIPRequest, flow: SIPFlow) {
        self.request = request
        self.flow = flow
    }
}

/// Why a call did not come about.
public struct InviteFailure: Hashable, Sendable {
    /// The status of the refusal; 408 for no answer, 503 for a broken transport, 487 for a call given up.
    public var status: Int
    public var reason: String
    /// The refusal's header fields; empty when no message stands behind the failure.
    public var headers: SIPHeaders
    /// Local for a status that this side made.
    public var side: CallSide

    public init(status: Int, reason: String? = nil, headers: SIPHeaders = SIPHeaders(), side: CallSide) {
        self.status = status
        self.reason = reason ?? SIPStatus.reason(status)
        self.headers = headers
        self.side = side
    }
}

/// How an established call ended.
public struct InviteEnd: Hashable, Sendable {
    /// Who ended it.
    public var side: CallSide
    /// 408 for a peer that no longer answers, 481 for one that has forgotten the call; nil for a plain BYE.
    public var status: Int?
    /// The Reason header of the BYE (RFC 3326).
    public var reason: String?
    /// The header fields of the BYE.
    public var headers: SIPHeaders

    public init(side: CallSide, status: Int? = nil, reason: String? = nil, headers: SIPHeaders = SIPHeaders()) {
        self.side = side
        self.status = status
        self.reason = reason
        self.headers = headers
    }
}

/// A new description offered by the peer inside a call.
public struct SessionOffer: Hashable, Sendable {
    /// INVITE or UPDATE.
    public var method: SIPMethod
    /// The offer; empty when the peer asks for ours.
    public var description: [UInt8]
    public var headers: SIPHeaders

    public init(method: SIPMethod, description: [UInt8], headers: SIPHeaders) {
        self.method = method
        self.description = description
        self.headers = headers
    }
}

/// Octets with their type, as INFO and MESSAGE carry them.
public struct SIPPayload: Hashable, Sendable {
    /// The Content-Type, empty when there is none.
    public var contentType: String
    public var bytes: [UInt8]

    public init(contentType: String, bytes: [UInt8]) {
        self.contentType = contentType
        self.bytes = bytes
    }
}
