/// What a caller wants of provisional responses (RFC 3262 3).
enum CallerReliability: Hashable, Sendable {
    /// Knows nothing of it.
    case unknown
    /// Can acknowledge them.
    case supported
    /// Takes no others, 100 apart.
    case required

    init(_ headers: SIPHeaders) {
        if headers.tokens(.require).contains("100rel") {
            self = .required
        } else {
            self = headers.tokens(.supported).contains("100rel") ? .supported : .unknown
        }
    }

    /// Whether a response goes out reliably: one with a description should not be lost, ringing may be.
    func wantsReliable(hasDescription: Bool) -> Bool {
        self == .required || (self == .supported && hasDescription)
    }
}

/// A provisional response that is repeated until its PRACK comes (RFC 3262 3).
struct ReliableProvisional: Hashable, Sendable {
    enum Step: Hashable, Sendable {
        case none
        case repeatResponse
        /// No PRACK within 64 × T1.
        case unacknowledged
    }

    let response: SIPResponse
    let number: UInt32
    private var timer: RetransmissionTimer
    private let giveUp: SIPInstant

    init(response: SIPResponse, number: UInt32, timers: SIPTimers, at now: SIPInstant) {
        self.response = response
        self.number = number
        timer = RetransmissionTimer(start: now, interval: timers.t1, ceiling: nil)
        giveUp = now + timers.transactionTimeout
    }

    var hasDescription: Bool { !response.body.isEmpty }
    var nextDeadline: SIPInstant { min(timer.deadline, giveUp) }

    mutating func timersFired(at now: SIPInstant) -> Step {
        if giveUp <= now { return .unacknowledged }
        guard timer.deadline <= now else { return .none }
        timer.advance(at: now)
        return .repeatResponse
    }
}
