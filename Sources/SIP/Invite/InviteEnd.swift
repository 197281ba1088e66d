/// Why a call did not come about.
public struct InviteFailure: Hashable, Sendable {
    /// The status of the refusal; 408 for no answer, 503 for a broken transport, 487 for a call given up.
    public var status: Int
    /// The reason phrase.
    public var reason: String
    /// The refusal's header fields; empty when no message stands behind the failure.
    public var headers: SIPHeaders
    /// Local for a status that this side made.
    public var side: CallSide

    /// A failure; without a reason the usual phrase of the status is taken.
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

    /// An ending by `side`.
    public init(side: CallSide, status: Int? = nil, reason: String? = nil, headers: SIPHeaders = SIPHeaders()) {
        self.side = side
        self.status = status
        self.reason = reason
        self.headers = headers
    }
}

/// The side an ending came from.
public enum CallSide: Hashable, Sendable {
    case local
    case remote
}
