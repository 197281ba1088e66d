/// The client side of an INVITE (RFC 3261 17.1.1 with the Accepted state of RFC 6026).
///
/// A leaf machine: it knows states and timers and holds no message; each input gives one action.
public struct InviteClientTransaction: Hashable, Sendable {
    /// Where the transaction stands.
    public enum State: Hashable, Sendable {
        /// The INVITE is sent, nothing is heard. Exits: proceeding, accepted, completed, terminated.
        case calling
        /// A provisional response has arrived. Exits: accepted, completed.
        case proceeding
        /// A 2xx has arrived; more may follow from forks. Exit: terminated (timer M).
        case accepted
        /// A final above 299 has arrived and is acknowledged. Exit: terminated (timer D).
        case completed
        /// Over.
        case terminated
    }

    /// What a received response asks for.
    public enum ResponseAction: Hashable, Sendable {
        case ignore
        case deliver
        /// Deliver it and send the ACK of this transaction.
        case deliverAndAcknowledge
        /// A repeated final: only the ACK goes out again.
        case acknowledge
    }

    /// What a timer asks for.
    public enum TimerAction: Hashable, Sendable {
        case none
        case retransmit
        /// No response came within 64 × T1; the transaction is over.
        case timedOut
        case terminated
    }

    /// Where the transaction stands now.
    public private(set) var state = State.calling
    private let timers: SIPTimers
    private let isReliable: Bool
    private var timerA: RetransmissionTimer?
    /// Timer B while calling, D in completed, M in accepted.
    private var lifetime: SIPInstant?

    /// Starts when the INVITE is handed to the transport.
    public init(isReliable: Bool, timers: SIPTimers, at now: SIPInstant) {
        self.timers = timers
        self.isReliable = isReliable
        self.timerA = isReliable ? nil : RetransmissionTimer(start: now, interval: timers.t1, ceiling: nil)
        self.lifetime = now + timers.transactionTimeout
    }

    /// The next instant at which `timersFired(at:)` has something to do.
    public var nextDeadline: SIPInstant? { earliest(timerA?.deadline, lifetime) }

    /// Takes a response's status code.
    public mutating func receive(status: Int, at now: SIPInstant) -> ResponseAction {
        switch (state, status) {
        case (.calling, 100...199), (.proceeding, 100...199):
            state = .proceeding
            timerA = nil
            // In Proceeding no timer runs: a phone may ring for as long as its caller waits.
            lifetime = nil
            return .deliver
        case (.calling, 200...299), (.proceeding, 200...299), (.accepted, 200...299):
            return accept(at: now)
        case (.calling, 300...699), (.proceeding, 300...699):
            return complete(at: now)
        case (.completed, 300...699):
            return .acknowledge
        default:
            return .ignore
        }
    }

    private mutating func accept(at now: SIPInstant) -> ResponseAction {
        if state != .accepted { lifetime = now + timers.transactionTimeout }
        state = .accepted
        timerA = nil
        return .deliver
    }

    private mutating func complete(at now: SIPInstant) -> ResponseAction {
        state = isReliable ? .terminated : .completed
        timerA = nil
        lifetime = isReliable ? nil : now + timers.timerD
        return .deliverAndAcknowledge
    }

    /// Performs the timer that is due at `now`, at most one a call.
    public mutating func timersFired(at now: SIPInstant) -> TimerAction {
        if let deadline = lifetime, deadline <= now {
            let action: TimerAction = state == .calling ? .timedOut : .terminated
            terminate()
            return action
        }
        guard let deadline = timerA?.deadline, deadline <= now else { return .none }
        timerA?.advance(at: now)
        return .retransmit
    }

    /// Ends the transaction: its transport has failed or nobody waits for it any more.
    public mutating func terminate() {
        state = .terminated
        timerA = nil
        lifetime = nil
    }
}

/// The earlier of two instants that may be absent.
func earliest(_ left: SIPInstant?, _ right: SIPInstant?) -> SIPInstant? {
    guard let left else { return right }
    guard let right else { return left }
    return min(left, right)
}
