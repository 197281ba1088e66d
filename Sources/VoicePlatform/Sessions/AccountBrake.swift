import CallControl

/// Keeps one account's calls within limits, so that a stolen password or a broken scenario costs little and disturbs
/// nobody else.
///
/// A value: time is an argument. Accounts do not share anything here.
struct AccountBrake: Sendable {
    /// What each account may do.
    struct Limits: Sendable, Hashable {
        /// Sessions that run at once, and as many outgoing calls that cost money.
        var callsAtOnce: Int
        /// New sessions and outgoing calls that cost money, in each second and at once.
        var callsPerSecond: Int
    }

    /// Why a call is not made.
    enum Refusal: Error, Sendable, Hashable {
        case tooManyCalls
        case tooFast

        /// SIP status; what is too much now may be possible soon.
        var code: Int { 503 }

        var reason: String {
            switch self {
            case .tooManyCalls: "Too Many Calls"
            case .tooFast: "Too Many Calls Per Second"
            }
        }
    }

    /// What is counted.
    enum Kind: Sendable, Hashable {
        case session
        case paidCall
    }

    private struct State: Sendable {
        var running: [Kind: Int] = [:]
        /// Thousandths of a call that may begin now.
        var allowance: Int64
        var countedAt: UnixTime
    }

    let limits: Limits
    private var states: [AccountID: State] = [:]

    /// Idle accounts are forgotten when there are more.
    private static let mostKept = 1000

    init(limits: Limits) { self.limits = limits }

    /// Counts a call in; ``end(_:of:)`` must follow.
    mutating func begin(_ kind: Kind, of account: AccountID, at now: UnixTime) throws(Refusal) {
        var state = refilled(account, now)
        guard state.running[kind, default: 0] < limits.callsAtOnce else { throw .tooManyCalls }
        guard state.allowance >= 1000 else { throw .tooFast }
        state.allowance -= 1000
        state.running[kind, default: 0] += 1
        states[account] = state
        if states.count > Self.mostKept { forgetIdle(now) }
    }

    mutating func end(_ kind: Kind, of account: AccountID) {
        guard let count = states[account]?.running[kind] else { return }
        states[account]?.running[kind] = count > 1 ? count - 1 : nil
    }

    private func refilled(_ account: AccountID, _ now: UnixTime) -> State {
        let most = Int64(limits.callsPerSecond) * 1000
        guard var state = states[account] else { return State(allowance: most, countedAt: now) }
        let passed = min(max(0, now.milliseconds - state.countedAt.milliseconds), 1000)
        state.allowance = min(most, state.allowance + passed * Int64(limits.callsPerSecond))
        state.countedAt = now
        return state
    }

    private mutating func forgetIdle(_ now: UnixTime) {
        states = states.filter { account, state in
            !state.running.isEmpty || now.milliseconds - state.countedAt.milliseconds < 1000
        }
    }
}
