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
    /// The call did not come about; also follows a `reject` of this side.
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
    /// The peer confirmed our reliable provisional response; `description` is its answer when the offer was ours.
    case progressConfirmed(description: [UInt8])
    /// The peer asks this side to call somebody else; answer with `acceptRefer` or `rejectRefer`.
    case referReceived(Referral)
    /// The peer tells how the transfer that this side asked for goes on.
    case referProgress(ReferralID, status: Int, reason: String)
    /// The outcome of a transfer that this side asked for, once: 2xx for success, the status of its refusal, 408 when no
    /// report came in time, 487 when the call or the reports ended without an outcome.
    case referFinished(ReferralID, status: Int, reason: String)
    /// An INFO, MESSAGE, OPTIONS or NOTIFY of ours got its final status (408 for none).
    case requestAnswered(SIPMethod, status: Int)

    /// Whether this is the last event of its call.
    public var isFinal: Bool {
        switch self {
        case .failed, .redirected, .cancelled, .ended: true
        default: false
        }
    }
}
