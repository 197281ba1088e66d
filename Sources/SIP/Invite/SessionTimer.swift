/// The agreed session timer of an established call.
struct SessionTimer: Hashable, Sendable {
    enum Step: Hashable, Sendable {
        case none
        case refresh
        case expired
    }

    let interval: UInt32
    /// Whether this side sends the refreshes.
    let refreshes: Bool
    private var refreshAt: SIPInstant?
    private let expiresAt: SIPInstant

    init(interval: UInt32, refreshes: Bool, at now: SIPInstant) {
        self.interval = interval
        self.refreshes = refreshes
        // RFC 4028 10: half of the interval for the refresher; the other side ends it a little before the end.
        let seconds = Int64(interval)
        refreshAt = refreshes ? now + .seconds(seconds / 2) : nil
        expiresAt = now + .seconds(refreshes ? seconds : seconds - min(32, seconds / 3))
    }

    var nextDeadline: SIPInstant { earliest(refreshAt, expiresAt) ?? expiresAt }

    mutating func timersFired(at now: SIPInstant) -> Step {
        if expiresAt <= now { return .expired }
        guard let due = refreshAt, due <= now else { return .none }
        // A refresh that fails or finds another request under way is tried again before the end.
        refreshAt = now + .seconds(Int64(max(1, interval / 10)))
        return .refresh
    }
}
