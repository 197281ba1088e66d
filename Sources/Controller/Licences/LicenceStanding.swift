/// How it stands with a portal's licence: until when it holds, and when that was last asked.
struct LicenceStanding: Sendable, Equatable {
    /// What follows for whoever wants a licensed service.
    enum Verdict: Sendable, Equatable {
        case valid
        /// The licence server must be asked first; when it is away, `isEnough` says whether the last answer still does.
        case ask(isEnough: Bool)
        /// So the table says, or the licence server less than ``repetition`` ago.
        case ended
    }

    /// Between two questions about a licence that the server has said to be over.
    static let repetition = Duration.seconds(60)

    /// Nil means without end.
    var until: Moment?
    /// When the licence server was asked last; nil for a licence of the built-in table, which nobody is asked about.
    var checkedAt: Moment?

    func verdict(at moment: Moment, _ policy: LicencePolicy) -> Verdict {
        guard let checkedAt else { return (until.map { moment >= $0 } ?? false) ? .ended : .valid }
        if let until, until <= checkedAt {
            return moment < checkedAt.adding(Self.repetition) ? .ended : .ask(isEnough: false)
        }
        // Asked again at its end, too: it may have been renewed meanwhile, and only the server can say so.
        let due = due(checkedAt, policy)
        guard moment >= due else { return .valid }
        return .ask(isEnough: moment < due.adding(policy.grace))
    }

    /// Whether calls still go on: for ``LicencePolicy/calls`` after what portals ask for has ended, if nobody is asked.
    func servesCalls(at moment: Moment, _ policy: LicencePolicy) -> Bool {
        guard let end = end(policy) else { return true }
        return moment < end.adding(policy.calls)
    }

    /// When portals' requests end unless the server is asked; nil for never.
    private func end(_ policy: LicencePolicy) -> Moment? {
        guard let checkedAt else { return until }
        if let until, until <= checkedAt { return until }
        return due(checkedAt, policy).adding(policy.grace)
    }

    /// When the server must be asked again.
    private func due(_ checkedAt: Moment, _ policy: LicencePolicy) -> Moment {
        let next = checkedAt.adding(policy.interval)
        return until.map { min($0, next) } ?? next
    }
}

/// How often the licence server is asked, and how long telephony goes on without its answer.
public struct LicencePolicy: Sendable, Hashable {
    /// Between two questions about a portal that uses telephony.
    public var interval: Duration
    /// How long the last answer counts when the server is away, from when it should have been asked again: after
    /// `interval`, or at the licence's own end.
    public var grace: Duration
    /// How long calls go on after the portal's requests are refused.
    public var calls: Duration

    public init(
        interval: Duration = .seconds(86_400), grace: Duration = .seconds(7 * 86_400),
        calls: Duration = .seconds(3 * 86_400)
    ) {
        self.interval = interval
        self.grace = grace
        self.calls = calls
    }
}
