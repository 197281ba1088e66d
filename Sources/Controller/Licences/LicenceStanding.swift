/// How it stands with a portal's licence: until when it holds, and when that was last asked.
struct LicenceStanding: Sendable, Equatable {
    /// What follows for whoever wants a licensed service.
    enum Verdict: Sendable, Equatable {
        case valid
        /// The licence server must be asked first; when it is away, `isEnough` says whether the last answer still does.
        case ask(isEnough: Bool)
        case ended
    }

    /// Nil means without end.
    var until: Moment?
    /// When the licence server was asked last; nil for a licence of the built-in table, which nobody is asked about.
    var checkedAt: Moment?

    func verdict(at moment: Moment, _ policy: LicencePolicy) -> Verdict {
        let hasEnded = until.map { moment >= $0 } ?? false
        guard let checkedAt else { return hasEnded ? .ended : .valid }
        // Asked again at its end, too: it may have been renewed meanwhile.
        guard hasEnded || moment >= checkedAt.adding(policy.interval) else { return .valid }
        return .ask(isEnough: !hasEnded && moment < checkedAt.adding(policy.interval + policy.grace))
    }
}

/// How often the licence server is asked, and how long telephony goes on without its answer.
public struct LicencePolicy: Sendable, Hashable {
    /// Between two questions about a portal that uses telephony.
    public var interval: Duration
    /// How long the last answer counts when the server is away, beyond `interval`.
    public var grace: Duration

    public init(interval: Duration = .seconds(86_400), grace: Duration = .seconds(7 * 86_400)) {
        self.interval = interval
        self.grace = grace
    }
}
