/// The client side of a request other than INVITE and ACK (RFC 3261 17.1.2).
///
/// A leaf machine without messages; each input gives one action.
public struct NonInviteClientTransaction: Hashable, Sendable {
    /// Where the transaction stands.
    public enum State: Hashable, Sendable {
        /// The request is sent. Exits: proceeding, completed, terminated (timer F).
        case trying
        /// A provisional response has arrived. Exits: completed, terminated (timer F).
        case proceeding
        /// The final response has arrived; repetitions are absorbed. Exit: terminated (timer K).
        case completed
        /// Over.
        case terminated
    }

    /// What a received response asks for.
    public enum ResponseAction: Hashable, Sendable {
        case ignore
        case deliver
    }

    /// What a timer asks for.
    public enum TimerAction: Hashable, Sendable {
        case none
        case retransmit
        /// No final response came within 64 × T1; the transaction is over.
        case timedOut
        case terminated
    }

    /// Where the transaction stands now.
    public private(set) var state = State.trying
    private let timers: SIPTimers
    private let isReliable: Bool
    private var timerE: RetransmissionTimer?
    /// Timer F, then K.
    private var lifetime: SIPInstant?

    /// Starts when the request is handed to the transport.
    public init(isReliable: Bool, timers: SIPTimers, at now: SIPInstant) {
        self.timers = timers
        self.isReliable = isReliable
        self.timerE = isReliable ? nil : RetransmissionTimer(start: now, interval: timers.t1, ceiling: timers.t2)
        self.lifetime = now + timers.transactionTimeout
    }

    /// The next instant at which `timersFired(at:)` has something to do.
    public var nextDeadline: SIPInstant? { earliest(timerE?.deadline, lifetime) }

    /// Takes a response's status code.
    public mutating func receive(status: Int, at now: SIPInstant) -> ResponseAction {
        switch (state, status) {
        case (.trying, 100...199), (.proceeding, 100...199):
            if state == .trying { timerE?.slowDown() }
            state = .proceeding
            return .deliver
        case (.trying, 200...699), (.proceeding, 200...699):
            state = isReliable ? .terminated : .completed
            timerE = nil
            lifetime = isReliable ? nil : now + timers.t4
            return .deliver
        default:
            return .ignore
        }
    }

    /// Performs the timer that is due at `now`, at most one a call.
    public mutating func timersFired(at now: SIPInstant) -> TimerAction {
        if let deadline = lifetime, deadline <= now {
            let action: TimerAction = state == .completed ? .terminated : .timedOut
            terminate()
            return action
        }
        guard let deadline = timerE?.deadline, deadline <= now else { return .none }
        timerE?.advance(at: now)
        return .retransmit
    }

    /// Ends the transaction: its transport has failed.
    public mutating func terminate() {
        state = .terminated
        timerE = nil
        lifetime = nil
    }
}
