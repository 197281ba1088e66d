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
