import SIP

/// Whether a server of a trunk takes calls, as its last answers show.
///
/// A server that is asked (OPTIONS, RFC 3261 11) gets no calls from its first silence to its next answer. One that is not
/// asked gets none for a while that doubles with each silence. A server that calls itself busy (503) rests as long as it
/// says. Every answer to anything shows that it lives.
public struct ServerHealth: Sendable {
    /// How a server is watched.
    public struct Settings: Sendable, Hashable {
        /// Pause between two questions; nil for none.
        public var interval: Duration?
        /// How long an answer to a question is waited for.
        public var patience = Duration.seconds(5)
        /// First rest of a server that does not answer calls and is not asked, or that is busy for an unknown time.
        public var rest = Duration.seconds(30)
        public var longestRest = Duration.seconds(300)
        /// First pause before a silent server is asked again; doubles up to the interval.
        public var firstPause = Duration.seconds(5)

        public init(interval: Duration? = .seconds(30)) { self.interval = interval }
    }

    public enum State: Sendable, Hashable {
        /// Nothing is known; it is called like one that is up.
        case unknown
        case up
        /// Gets no calls until then.
        case resting(until: SIPInstant)
        /// Gets no calls until it answers a question.
        case down
    }

    /// What a request to the server has come to.
    public enum Report: Sendable, Hashable {
        case answered
        /// 503, with the seconds of `Retry-After`.
        case busy(retryAfter: Duration?)
        /// No answer in time, or no way to the server.
        case silent
    }

    public enum Action: Sendable, Hashable {
        /// Send an OPTIONS, and tell what becomes of it by ``probeEnded(_:at:)``.
        case probe
        /// Forget the OPTIONS that was sent: it counts as unanswered.
        case abandonProbe
        /// The server takes calls again, or takes none any more.
        case changed(isUp: Bool)
    }

    public let settings: Settings
    public private(set) var state = State.unknown
    /// Since when it takes calls, or takes none; nil before the first report.
    public private(set) var since: SIPInstant?
    /// When it has last answered anything.
    public private(set) var lastAnswer: SIPInstant?
    /// When to ask next, or to wait for the answer no longer.
    public private(set) var nextDeadline: SIPInstant?
    private var failures = 0
    private var isProbing = false
    private var actions: [Action] = []

    public init(settings: Settings) { self.settings = settings }

    /// The oldest action not yet taken.
    public mutating func nextAction() -> Action? { actions.isEmpty ? nil : actions.removeFirst() }

    /// Whether calls go to the server now.
    public func isUsable(at now: SIPInstant) -> Bool {
        switch state {
        case .unknown, .up: true
        case .resting(let end): end <= now
        case .down: false
        }
    }

    /// Begins to ask.
    public mutating func start(at now: SIPInstant) {
        if settings.interval != nil { nextDeadline = now }
        timersFired(at: now)
    }

    public mutating func timersFired(at now: SIPInstant) {
        guard let deadline = nextDeadline, deadline <= now else { return }
        nextDeadline = nil
        guard !isProbing else {
            actions.append(.abandonProbe)
            return probeEnded(.silent, at: now)
        }
        isProbing = true
        nextDeadline = now + settings.patience
        actions.append(.probe)
    }

    /// Takes the end of a question.
    public mutating func probeEnded(_ report: Report, at now: SIPInstant) {
        guard isProbing, let interval = settings.interval else { return }
        isProbing = false
        take(report, at: now)
        switch state {
        case .resting(let end): nextDeadline = max(end, now)
        case .down: nextDeadline = now + min(interval, settings.firstPause * Self.growth(failures))
        case .up, .unknown: nextDeadline = now + interval
        }
    }

    /// Takes what a call or a registration has shown.
    public mutating func noted(_ report: Report, at now: SIPInstant) {
        take(report, at: now)
        guard settings.interval != nil, !isProbing else { return }
        switch state {
        case .down: nextDeadline = now
        case .resting(let end): nextDeadline = end
        case .up, .unknown: break
        }
        timersFired(at: now)
    }

    private mutating func take(_ report: Report, at now: SIPInstant) {
        let (wasDown, isFirst) = (isRefused, state == .unknown)
        if report != .silent { lastAnswer = now }
        switch report {
        case .answered:
            failures = 0
            state = .up
        case .busy(let pause):
            failures += 1
            state = .resting(until: now + min(max(pause ?? settings.rest, .seconds(1)), settings.longestRest))
        case .silent:
            failures += 1
            let rest = min(settings.rest * Self.growth(failures), settings.longestRest)
            state = settings.interval == nil ? .resting(until: now + rest) : .down
        }
        if isRefused != wasDown || isFirst { since = now }
        if isRefused != wasDown { actions.append(.changed(isUp: wasDown)) }
    }

    /// Whether the last report was a bad one.
    private var isRefused: Bool {
        switch state {
        case .unknown, .up: false
        case .resting, .down: true
        }
    }

    /// 1, 2, 4, … for the first, second, third … failure.
    private static func growth(_ failures: Int) -> Int { 1 << min(max(failures - 1, 0), 16) }
}
