import RequestSigning

/// The licence keys of a portal: the one that counts, and the one before it while both do.
struct PortalKeys: Sendable, Equatable {
    /// The key before the present one.
    struct Previous: Sendable, Equatable {
        var key: Secret
        /// Until when it is accepted.
        var until: Moment
    }

    var current: Secret
    var previous: Previous?
    /// Whether the portal has signed with the present key, and so knows it.
    var isConfirmed: Bool
    /// The key that scenarios had when the portal moved: sessions that had begun go on with it, and nobody else.
    var beforeMove: Previous?

    /// How long a session may last that began before a move.
    static let longestSession = Duration.seconds(86_400)

    init(
        _ current: Secret, previous: Previous? = nil, isConfirmed: Bool = true, beforeMove: Previous? = nil
    ) {
        self.current = current
        self.previous = previous
        self.isConfirmed = isConfirmed
        self.beforeMove = beforeMove
    }

    /// The keys after a change.
    ///
    /// A portal cannot learn the new key in the same instant, so the one that it uses stays good for `overlap`; a new key
    /// that the portal has not used yet is taken back, unless the time of the one before is over already.
    func rotated(to key: Secret, overlap: Duration, at moment: Moment) -> PortalKeys {
        let until = moment.adding(overlap)
        guard until > moment else { return PortalKeys(key, beforeMove: beforeMove) }
        return PortalKeys(
            key, previous: Previous(key: signing(at: moment), until: until), isConfirmed: false,
            beforeMove: beforeMove)
    }

    /// The keys after a move: whoever has a former one is not the portal any more.
    ///
    /// - Parameter running: What the scenarios of running sessions sign with.
    func moved(to key: Secret, running: Secret, at moment: Moment) -> PortalKeys {
        PortalKeys(key, beforeMove: Previous(key: running, until: moment.adding(Self.longestSession)))
    }

    /// What sessions from before a move sign with; nil when none can run any more.
    func beforeMove(at moment: Moment) -> Secret? {
        guard let beforeMove, moment < beforeMove.until else { return nil }
        return beforeMove.key
    }

    /// What a request of the portal or its scenarios may be signed with now, the present key first.
    func accepted(at moment: Moment) -> [Secret] {
        guard let previous, moment < previous.until else { return [current] }
        return [current, previous.key]
    }

    /// What the portal understands now.
    func signing(at moment: Moment) -> Secret {
        guard !isConfirmed, let previous, moment < previous.until else { return current }
        return previous.key
    }
}
