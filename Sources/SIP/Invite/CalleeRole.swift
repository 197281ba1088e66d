/// What only the callee of a session keeps.
struct CalleeRole: Sendable {
    let transaction: TransactionID
    let request: SIPRequest
    /// The last provisional response above 100.
    var provisional: SIPResponse?
    var provisionalAt: SIPInstant?
    /// When the caller's Expires runs out.
    var expiresAt: SIPInstant?
    /// What the caller wants of provisional responses (RFC 3262).
    let reliability: CallerReliability
    var reliable: ReliableProvisional?
    /// The RSeq of the last reliable response.
    var lastNumber: UInt32?
    /// The responses that wait for the PRACK of the reliable one, in order.
    var waiting: [WaitingResponse] = []

    /// What the owner wants to send next.
    enum WaitingResponse: Hashable, Sendable {
        case progress(status: Int, description: [UInt8], headers: SIPHeaders)
        case answer(description: [UInt8], headers: SIPHeaders)
    }

    init(transaction: TransactionID, request: SIPRequest, expiresAt: SIPInstant?, settings: InviteSettings) {
        self.transaction = transaction
        self.request = request
        self.expiresAt = expiresAt
        reliability = settings.knowsReliability ? CallerReliability(request.headers) : .unknown
    }

    var nextDeadline: SIPInstant? {
        earliest(earliest(provisionalAt, expiresAt), reliable?.nextDeadline)
    }
}
