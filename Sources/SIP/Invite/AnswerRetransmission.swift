/// A 2xx that is repeated until its ACK comes (RFC 3261 13.3.1.4), over every transport.
struct AnswerRetransmission: Hashable, Sendable {
    enum Step: Hashable, Sendable {
        case none
        case repeatAnswer
        /// No ACK within 64 × T1.
        case unacknowledged
    }

    let response: SIPResponse
    let transaction: TransactionID
    /// The CSeq number that the ACK repeats.
    let sequence: UInt32
    /// Whether it answers the call's first INVITE.
    let isInitial: Bool
    private var timer: RetransmissionTimer
    private let giveUp: SIPInstant

    init(
        response: SIPResponse, transaction: TransactionID, sequence: UInt32, isInitial: Bool, timers: SIPTimers,
        at now: SIPInstant
    ) {
        self.response = response
        self.transaction = transaction
        self.sequence = sequence
        self.isInitial = isInitial
        timer = RetransmissionTimer(start: now, interval: timers.t1, ceiling: timers.t2)
        giveUp = now + timers.transactionTimeout
    }

    var nextDeadline: SIPInstant { min(timer.deadline, giveUp) }

    mutating func timersFired(at now: SIPInstant) -> Step {
        if giveUp <= now { return .unacknowledged }
        guard timer.deadline <= now else { return .none }
        timer.advance(at: now)
        return .repeatAnswer
    }
}
