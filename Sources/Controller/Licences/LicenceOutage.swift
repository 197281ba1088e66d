/// That the licence server did not answer, remembered for a while for all portals: nobody else waits for it meanwhile.
///
/// A value, time is an argument. After ``pause`` one question finds out how it is; the others go on as before until that
/// one has its answer.
struct LicenceOutage: Sendable, Equatable {
    static let pause = Duration.seconds(30)

    private var until: Moment?
    /// When the server answered last.
    private var answeredAt: Moment?

    /// Whether there is no use in a question.
    func isOn(at moment: Moment) -> Bool { until.map { moment < $0 } ?? false }

    /// Whether the caller may ask; the first after a pause may.
    mutating func mayAsk(at moment: Moment) -> Bool {
        guard let until else { return true }
        guard moment >= until else { return false }
        self.until = moment.adding(Self.pause)
        return true
    }

    /// Takes in how a question ended that was asked at `began`. One without an answer means nothing when another has had its
    /// answer since: the server is slow, as in a storm of new portals, and not away.
    mutating func note(isAway: Bool, askedAt began: Moment, at moment: Moment) {
        if !isAway {
            (until, answeredAt) = (nil, moment)
        } else if answeredAt.map({ $0 <= began }) ?? true {
            until = moment.adding(Self.pause)
        }
    }
}
