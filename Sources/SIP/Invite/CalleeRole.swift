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
