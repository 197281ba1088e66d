/// A retransmission that doubles its interval, up to a ceiling where there is one.
struct RetransmissionTimer: Hashable, Sendable {
    private(set) var deadline: SIPInstant
    private var interval: Duration
    private let ceiling: Duration?

    init(start: SIPInstant, interval: Duration, ceiling: Duration?) {
        self.deadline = start + interval
        self.interval = interval
        self.ceiling = ceiling
    }

    /// Doubles the interval and arms the next retransmission.
    mutating func advance(at now: SIPInstant) {
        interval = interval * 2
        if let ceiling, interval > ceiling { interval = ceiling }
        deadline = now + interval
    }

    /// Continues at the ceiling at once (timer E in the Proceeding state, RFC 3261 17.1.2.2).
    mutating func slowDown() {
        if let ceiling { interval = ceiling }
    }
}
