/// A transfer that this side has asked for: the REFER and the subscription that comes with it (RFC 3515, RFC 6665).
struct OutgoingReferral: Sendable {
    private enum Phase {
        /// The REFER has no final answer. Exits: running, over.
        case asked
        /// Accepted; reports are awaited. Exit: over.
        case running
        case over
    }

    enum Step: Hashable, Sendable {
        case none
        case progress(StatusFragment)
        /// Comes once.
        case finished(StatusFragment)
    }

    /// How a peer's subscription may last at most, whatever it says.
    static let longest: Duration = .seconds(300)

    let id: ReferralID
    /// The CSeq number of the REFER, by which reports name it; another one after a challenge.
    var sequence: UInt32
    private var phase = Phase.asked
    private var deadline: SIPInstant?

    init(id: ReferralID, sequence: UInt32) {
        self.id = id
        self.sequence = sequence
    }

    var isOver: Bool { phase == .over }
    var nextDeadline: SIPInstant? { phase == .over ? nil : deadline }

    /// Takes the final answer to the REFER.
    mutating func answered(_ response: SIPResponse, timers: SIPTimers, at now: SIPInstant) -> Step {
        guard phase == .asked else { return .none }
        guard response.isSuccess else {
            return finish(StatusFragment(status: response.status, reason: response.reason))
        }
        // RFC 4488 4: no reports will come, so the acceptance is all that is ever known.
        if response.headers.tokens(.referSub).first == "false" {
            return finish(StatusFragment(status: response.status, reason: response.reason))
        }
        phase = .running
        // RFC 6665 4.1.2.4: the first report comes within timer N.
        deadline = now + timers.transactionTimeout
        return .none
    }

    /// Takes a report; nil when it is garbage.
    mutating func notified(_ request: SIPRequest, at now: SIPInstant) -> Step? {
        guard let state = try? request.headers.subscriptionState else { return nil }
        let fragment = StatusFragment(request.body)
        let isTerminated = CaseFolding.equal(state.token, "terminated")
        guard fragment != nil || (isTerminated && request.body.isEmpty) else { return nil }
        guard phase != .over else { return Step.none }
        phase = .running
        if let fragment, fragment.status >= 200 { return finish(fragment) }
        if isTerminated {
            return finish(StatusFragment(status: 487, reason: "The transfer's outcome is unknown"))
        }
        let seconds = state.parameters["expires"].flatMap { Int64($0) } ?? 60
        deadline = now + min(Self.longest, .seconds(max(1, seconds)))
        return fragment.map { .progress($0) } ?? Step.none
    }

    mutating func timersFired(at now: SIPInstant) -> Step {
        guard phase != .over, let deadline, deadline <= now else { return .none }
        return finish(StatusFragment(status: 408))
    }

    /// The call is over before the transfer has told its outcome.
    mutating func callEnded() -> Step {
        phase == .over ? .none : finish(StatusFragment(status: 487, reason: "The call ended before the transfer"))
    }

    private mutating func finish(_ fragment: StatusFragment) -> Step {
        phase = .over
        deadline = nil
        return .finished(fragment)
    }
}
