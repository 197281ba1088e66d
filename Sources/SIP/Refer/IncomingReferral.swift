/// A transfer that the peer has asked for, and the subscription that we serve (RFC 3515 2.4.4).
struct IncomingReferral: Sendable {
    enum Phase: Hashable, Sendable {
        /// The REFER waits for its answer. Exits: reporting, over.
        case waiting
        /// Accepted; the outcome is to be reported. Exit: over.
        case reporting
        case over
    }

    /// How long a transfer may go without an outcome: longer than anything rings.
    static let longest: Duration = .seconds(420)

    let id: ReferralID
    let request: SIPRequest
    let transaction: TransactionID
    let wantsReports: Bool
    var phase = Phase.waiting
    /// A report waits for its answer; the next one stays here, so that they arrive in their order.
    var isReporting = false
    var next: StatusFragment?
    var expiresAt: SIPInstant?

    var sequence: UInt32 { (try? request.headers.cseq)?.number ?? 0 }
    var nextDeadline: SIPInstant? { phase == .reporting ? expiresAt : nil }
}
