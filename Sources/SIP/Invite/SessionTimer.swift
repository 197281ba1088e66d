/// How session timers are used (RFC 4028).
public struct SessionTimerSettings: Hashable, Sendable {
    /// The interval asked for; a dead peer is noticed within it.
    public var interval: Duration
    /// The shortest interval accepted; the RFC's least is 90 s.
    public var minimum: Duration
    /// False neither offers timers nor asks for them; a peer's are still honoured.
    public var isOffered: Bool

    public init(interval: Duration = .seconds(1800), minimum: Duration = .seconds(90), isOffered: Bool = true) {
        self.interval = interval
        self.minimum = minimum
        self.isOffered = isOffered
    }
}

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

/// The rules by which both sides agree on a session timer.
enum SessionTimerNegotiation {
    /// What the called side does with a request.
    enum Verdict: Hashable, Sendable {
        /// 422 with our Min-SE.
        case tooShort
        /// No timer.
        case none
        case timer(SessionExpires, isRequired: Bool)
    }

    /// The called side's decision (RFC 4028 9).
    static func answer(to headers: SIPHeaders, settings: SessionTimerSettings) -> Verdict {
        let isSupported = headers.tokens(.supported).contains("timer")
        let least = max(settings.minimum.wholeSeconds, 90)
        guard let asked = try? headers.sessionExpires else {
            guard settings.isOffered else { return .none }
            let interval = max(settings.interval.wholeSeconds, least, (try? headers.minSE) ?? 0)
            return .timer(SessionExpires(interval: interval, refresher: .server), isRequired: false)
        }
        guard asked.interval >= least || !isSupported else { return .tooShort }
        let ours = settings.isOffered ? max(settings.interval.wholeSeconds, least) : UInt32.max
        let interval = max(min(asked.interval, ours), least, (try? headers.minSE) ?? 0)
        // A caller without the extension cannot refresh (RFC 4028 table 2).
        let refresher = isSupported ? asked.refresher ?? .client : .server
        return .timer(SessionExpires(interval: interval, refresher: refresher), isRequired: refresher == .client)
    }

    /// Asks for a timer in a request; `current` keeps who refreshes as it is.
    static func ask(
        _ headers: inout SIPHeaders, settings: SessionTimerSettings, current: SessionTimer?, least: UInt32?
    ) {
        guard settings.isOffered || current != nil else { return }
        let minimum = max(settings.minimum.wholeSeconds, 90, least ?? 0)
        let interval = max(current?.interval ?? settings.interval.wholeSeconds, minimum)
        let refresher = current.map { $0.refreshes ? SessionExpires.Refresher.client : .server }
        headers.set(.sessionExpires, SessionExpires(interval: interval, refresher: refresher).description)
        if minimum > 90 { headers.set(.minSE, "\(minimum)") }
    }

    /// The caller's timer from a 2xx; nil when the called side wants none.
    static func agreed(in headers: SIPHeaders, at now: SIPInstant) -> SessionTimer? {
        guard let granted = try? headers.sessionExpires, granted.interval > 0 else { return nil }
        return SessionTimer(interval: granted.interval, refreshes: granted.refresher != .server, at: now)
    }
}
