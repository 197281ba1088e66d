/// Names a request of one session until its client transaction is over.
struct PendingID: Hashable, Sendable {
    let rawValue: UInt32
}

/// A request that the session has sent, for as long as answers may come.
struct PendingRequest: Sendable {
    /// What the request was sent for, which decides what its answer means.
    enum Purpose: Hashable, Sendable {
        /// The INVITE that opens the call.
        case opening
        /// A re-INVITE or UPDATE with an offer of the owner's.
        case offer
        /// A re-INVITE or UPDATE that keeps the session timer running.
        case refresh
        case bye
        /// The BYE of a fork that lost.
        case forkBye
        case cancel
        /// INFO, MESSAGE, OPTIONS.
        case information
        case prack
        case referral(ReferralID)
        /// A NOTIFY about a transfer that the peer has asked for.
        case report(ReferralID)
    }

    let request: SIPRequest
    let flow: SIPFlow
    let purpose: Purpose
    /// The ACK of its 2xx, repeated for each repetition of the 2xx.
    var ack: SIPRequest?
    var isAnswered = false
}
