/// What only the caller of a session keeps.
struct CallerRole: Sendable {
    /// The INVITE now under way.
    var invite: PendingID
    /// The INVITE as it was sent last.
    var request: SIPRequest
    let flow: SIPFlow
    let contact: NameAddress
    var hasProvisional = false
    /// The fork that answered first.
    var winner: String?
    /// ACKs of forks that answered too late, by To tag.
    var losers: [String: SIPRequest] = [:]
    /// The INVITE had no offer, so the ACK waits for our answer.
    var owesAnswer = false
    var cancel: Cancellation?
    /// How often a 422 has raised the session interval.
    var intervalRaises = 0

    /// A call given up before its answer.
    struct Cancellation: Sendable {
        let headers: SIPHeaders
        var isSent = false
        /// When 487 is reported without the callee; nil once it is.
        var giveUpAt: SIPInstant?
    }
}

/// What only the callee of a session keeps.
struct CalleeRole: Sendable {
    let transaction: TransactionID
    let request: SIPRequest
    /// The last provisional response above 100.
    var provisional: SIPResponse?
    var provisionalAt: SIPInstant?
    /// When the caller's Expires runs out.
    var expiresAt: SIPInstant?

    var nextDeadline: SIPInstant? { earliest(provisionalAt, expiresAt) }
}

/// Offers under way inside an established call (RFC 3261 14).
struct Renegotiation: Sendable {
    /// An offer of ours.
    struct LocalOffer: Hashable, Sendable {
        let method: SIPMethod
        let description: [UInt8]
        var glares = 0
        var isRefresh = false
    }

    /// An offer of the peer's that the owner has not answered.
    struct RemoteOffer: Sendable {
        let request: SIPRequest
        let transaction: TransactionID
    }

    /// The offer that is sent and unanswered.
    var local: LocalOffer?
    /// The offer that waits for its turn; a newer one takes its place.
    var queued: LocalOffer?
    /// When the queued offer may go out after a glare.
    var retryAt: SIPInstant?
    var remote: RemoteOffer?
}
