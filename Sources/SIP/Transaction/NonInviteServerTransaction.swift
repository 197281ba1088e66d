/// The server side of a request other than INVITE and ACK (RFC 3261 17.2.2).
///
/// A leaf machine without messages; each input gives one action.
public struct NonInviteServerTransaction: Hashable, Sendable {
    /// Where the transaction stands.
    public enum State: Hashable, Sendable {
        /// The request is with the core. Exits: proceeding, completed, terminated.
        case trying
        /// A provisional response went out. Exits: completed, terminated.
        case proceeding
        /// The final response went out; repetitions of the request repeat it. Exit: terminated (timer J).
        case completed
        /// Over.
        case terminated
    }

    /// What a repeated request asks for.
    public enum RequestAction: Hashable, Sendable {
        case ignore
        case retransmit
    }

    /// What a timer asks for.
    public enum TimerAction: Hashable, Sendable {
        case none
        /// The core gave no answer while the client still waited; an answer now helps nobody (RFC 4320 4.2).
        case unanswered
        case terminated
    }

    /// Where the transaction stands now.
    public private(set) var state = State.trying
    private let timers: SIPTimers
    private let isReliable: Bool
    /// The client's timer F as seen from here, then timer J.
    private var lifetime: SIPInstant?

    /// Starts when the request arrives.
    public init(isReliable: Bool, timers: SIPTimers, at now: SIPInstant) {
        self.timers = timers
        self.isReliable = isReliable
        self.lifetime = now + timers.transactionTimeout
    }

    /// The next instant at which `timersFired(at:)` has something to do.
    public var nextDeadline: SIPInstant? { lifetime }

    /// Whether a response of `status` may be sent now; tells the machine that it is.
    public mutating func respond(status: Int, at now: SIPInstant) -> Bool {
        guard state == .trying || state == .proceeding else { return false }
        if status < 200 {
            state = .proceeding
        } else {
            state = isReliable ? .terminated : .completed
            lifetime = isReliable ? nil : now + timers.transactionTimeout
        }
        return true
    }

    /// Takes a repetition of the request.
    public func receiveRequest() -> RequestAction {
        state == .proceeding || state == .completed ? .retransmit : .ignore
    }

    /// Performs the timer that is due at `now`.
    public mutating func timersFired(at now: SIPInstant) -> TimerAction {
        guard let deadline = lifetime, deadline <= now else { return .none }
        let action: TimerAction = state == .completed ? .terminated : .unanswered
        terminate()
        return action
    }

    /// Ends the transaction.
    public mutating func terminate() {
        state = .terminated
        lifetime = nil
    }
}
