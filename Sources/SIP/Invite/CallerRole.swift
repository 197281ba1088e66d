/// What only the caller of a session keeps.
struct CallerRole: Sendable {
    /// The INVITE now under way.
    var invite: PendingID
    /// The INVITE as it was sent last.
    var request: SIPRequest
    let flow: SIPFlow
    let contact: NameAddress
    var hasProvisional = false
    /// The dialogs of forks that ring, by To tag; at most `earlyLimit`.
    var early: [String: Dialog] = [:]
    /// The RSeq of each fork's last reliable provisional response, by To tag.
    var numbers: [String: UInt32] = [:]
    /// The fork that answered first.
    var winner: String?
    /// ACKs of forks that answered too late, by To tag.
    var losers: [String: SIPRequest] = [:]
    /// The INVITE had no offer, so the ACK waits for our answer.
    var owesAnswer = false
    var cancel: Cancellation?
    /// How often a 422 has raised the session interval.
    var intervalRaises = 0

    /// Forks that are told apart while they ring; more still ring and answer, but get no requests through.
    static let earlyLimit = 32

    /// A call given up before its answer.
    struct Cancellation: Sendable {
        let headers: SIPHeaders
        var isSent = false
        /// When 487 is reported without the callee; nil once it is.
        var giveUpAt: SIPInstant?
    }
}
