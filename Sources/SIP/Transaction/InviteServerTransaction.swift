/// The server side of an INVITE (RFC 3261 17.2.1 with the Accepted state of RFC 6026).
///
/// A leaf machine without messages. Retransmission of a 2xx is the core's task (RFC 3261 13.3.1.4), not this one's.
public struct InviteServerTransaction: Hashable, Sendable {
    /// Where the transaction stands.
    public enum State: Hashable, Sendable {
        /// No final response yet. Exits: accepted, completed, terminated.
        case proceeding
        /// A 2xx went out. Exit: terminated (timer L).
        case accepted
        /// A final above 299 went out, its ACK is awaited. Exits: confirmed, terminated (timer H).
        case completed
        /// The ACK came; its repetitions are absorbed. Exit: terminated (timer I).
        case confirmed
        /// Over.
        case terminated
    }

    /// What a received INVITE or ACK asks for.
    public enum RequestAction: Hashable, Sendable {
        case ignore
        /// A repeated INVITE: the last response, where there is one, goes out again.
        case retransmit
        /// An ACK of a 2xx: it is the core's.
        case deliverACK
        /// The ACK of a refusal ended the transaction at once (reliable transport).
        case terminated
    }

    /// What a timer asks for.
    public enum TimerAction: Hashable, Sendable {
        case none
        /// 200 ms without an answer of the core: 100 Trying stops the peer's retransmissions.
        case sendTrying
        case retransmit
        /// The ACK of a refusal never came; the transaction is over.
        case acknowledgementMissing
        case terminated
    }

    /// Where the transaction stands now.
    public private(set) var state = State.proceeding
    private let timers: SIPTimers
    private let isReliable: Bool
    private var trying: SIPInstant?
    private var timerG: RetransmissionTimer?
    /// Timer H in completed, I in confirmed, L in accepted.
    private var lifetime: SIPInstant?

    /// Starts when the INVITE arrives.
    public init(isReliable: Bool, timers: SIPTimers, at now: SIPInstant) {
        self.timers = timers
        self.isReliable = isReliable
        self.trying = now + timers.trying
    }

    /// The next instant at which `timersFired(at:)` has something to do.
    public var nextDeadline: SIPInstant? { earliest(earliest(trying, timerG?.deadline), lifetime) }

    /// Whether a response of `status` may be sent now; tells the machine that it is.
    public mutating func respond(status: Int, at now: SIPInstant) -> Bool {
        switch (state, status) {
        case (.proceeding, 100...199):
            break
        case (.proceeding, 200...299):
            state = .accepted
            lifetime = now + timers.transactionTimeout
        case (.accepted, 200...299):
            break
        case (.proceeding, 300...699):
            state = .completed
            timerG = isReliable ? nil : RetransmissionTimer(start: now, interval: timers.t1, ceiling: timers.t2)
            lifetime = now + timers.transactionTimeout
        default:
            return false
        }
        trying = nil
        return true
    }

    /// Takes a repeated INVITE.
    public func receiveInvite() -> RequestAction {
        state == .proceeding || state == .completed ? .retransmit : .ignore
    }

    /// Takes an ACK.
    public mutating func receiveACK(at now: SIPInstant) -> RequestAction {
        switch state {
        case .accepted:
            return .deliverACK
        case .completed:
            timerG = nil
            state = isReliable ? .terminated : .confirmed
            lifetime = isReliable ? nil : now + timers.t4
            return isReliable ? .terminated : .ignore
        case .proceeding, .confirmed, .terminated:
            return .ignore
        }
    }

    /// Performs the timer that is due at `now`, at most one a call.
    public mutating func timersFired(at now: SIPInstant) -> TimerAction {
        if let deadline = lifetime, deadline <= now {
            let action: TimerAction = state == .completed ? .acknowledgementMissing : .terminated
            terminate()
            return action
        }
        if let deadline = trying, deadline <= now {
            trying = nil
            return .sendTrying
        }
        guard let deadline = timerG?.deadline, deadline <= now else { return .none }
        timerG?.advance(at: now)
        return .retransmit
    }

    /// Ends the transaction.
    public mutating func terminate() {
        state = .terminated
        trying = nil
        timerG = nil
        lifetime = nil
    }
}
