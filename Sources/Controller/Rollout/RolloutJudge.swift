/// What is known of a version's health.
struct VersionHealth: Sendable, Equatable {
    /// Since its rollout began; of a predecessor: since a week before that.
    var whole = SessionCounts()
    /// Of today and yesterday, so that a version that turns bad late is not excused by its good days.
    var recent = SessionCounts()
    /// Accounts that have it.
    var accounts: Int64 = 0
    /// Accounts of which sessions have failed with it.
    var failingAccounts: Int64 = 0
    /// How long it has been rolling out.
    var age = Duration.zero
    var isEverybodys = false
}

/// What becomes of a version that rolls out.
enum RolloutDecision: Sendable, Equatable {
    /// Nothing speaks against it; there may be too few sessions yet to say so.
    case goOn
    /// It is no worse than its predecessor, and everybody's: it need not be watched any more.
    case complete
    /// It is worse: back to the predecessor.
    case stop(StopReason)
}

/// Why a version was taken back.
struct StopReason: Sendable, Equatable, CustomStringConvertible {
    enum Measure: String, Sendable, CaseIterable {
        case failed = "failed sessions"
        case scriptErrors = "sessions with script errors"
        case slow = "calls answered late"
    }

    var measure: Measure
    var found: Proportion
    /// Nil when too little was known of the predecessor.
    var before: Proportion?

    var description: String {
        let found = "\(measure.rawValue): \(Self.text(found))"
        return before.map { "\(found), before \(Self.text($0))" } ?? found
    }

    private static func text(_ proportion: Proportion) -> String {
        let tenths = Int((proportion.share * 1000).rounded())
        return "\(proportion.hits) of \(proportion.trials) (\(tenths / 10).\(tenths % 10) %)"
    }
}

/// Compares a version with its predecessor and decides.
///
/// A version is stopped when the lower end of the interval of the difference exceeds the margin. The interval is wide
/// (3.5 standard deviations), because the judge looks after every few sessions: a narrower one would sooner or later
/// condemn every version by chance. A share of sessions that is worse by more than the margin is found, however slowly,
/// because the interval shrinks as the sessions grow.
struct RolloutJudge: Sendable {
    private static let stopDeviations = 3.5
    private static let proofDeviations = 2.0
    /// One account with a misfortune of its own proves nothing about a version that many have.
    private static let fewestAccounts: Int64 = 3

    let policy: RolloutPolicy

    func decide(_ candidate: VersionHealth, against predecessor: VersionHealth?) -> RolloutDecision {
        let before = predecessor?.whole ?? SessionCounts()
        for counts in [candidate.whole, candidate.recent] {
            if let reason = fault(counts, before, candidate) { return .stop(reason) }
        }
        return isProven(candidate, before) ? .complete : .goOn
    }

    private func fault(_ counts: SessionCounts, _ before: SessionCounts, _ candidate: VersionHealth) -> StopReason? {
        guard counts.sessions >= policy.sessions else { return nil }
        let isSpread = candidate.failingAccounts >= min(Self.fewestAccounts, max(1, candidate.accounts))
        for comparison in comparisons(counts, before) {
            guard isSpread || comparison.measure == .slow else { continue }
            if let reason = fault(comparison) { return reason }
        }
        return nil
    }

    private func fault(_ comparison: Comparison) -> StopReason? {
        let (found, before) = (comparison.found, comparison.before)
        guard before.trials >= policy.sessions else {
            let least = found.interval(deviations: Self.stopDeviations).lowerBound
            let isTooMuch = comparison.measure != .slow && least > policy.ceiling.fraction
            return isTooMuch ? StopReason(measure: comparison.measure, found: found) : nil
        }
        let excess = found.excess(over: before, deviations: Self.stopDeviations)
        guard excess.lowerBound > comparison.margin else { return nil }
        return StopReason(measure: comparison.measure, found: found, before: before)
    }

    private func isProven(_ candidate: VersionHealth, _ before: SessionCounts) -> Bool {
        guard candidate.isEverybodys, candidate.age >= policy.trial, candidate.whole.sessions >= policy.proof,
            before.sessions >= policy.sessions
        else { return false }
        return comparisons(candidate.whole, before).allSatisfy { comparison in
            comparison.found.excess(over: comparison.before, deviations: Self.proofDeviations).upperBound
                <= comparison.margin
        }
    }

    private struct Comparison {
        var measure: StopReason.Measure
        var found: Proportion
        var before: Proportion
        var margin: Double
    }

    private func comparisons(_ counts: SessionCounts, _ before: SessionCounts) -> [Comparison] {
        func share(_ hits: KeyPath<SessionCounts, Int64>, _ counts: SessionCounts) -> Proportion {
            Proportion(hits: counts[keyPath: hits], trials: counts.sessions)
        }
        var comparisons = [
            Comparison(
                measure: .failed, found: share(\.failed, counts), before: share(\.failed, before),
                margin: policy.margin.fraction),
            Comparison(
                measure: .scriptErrors, found: share(\.scriptErrors, counts), before: share(\.scriptErrors, before),
                margin: policy.margin.fraction),
        ]
        // "Late" is what only one call in ten was before; so the two have a common measure without a setting.
        if counts.answered >= policy.sessions, before.answered >= policy.sessions, let usual = before.usualAnswerClass {
            comparisons.append(
                Comparison(
                    measure: .slow, found: counts.answered(after: usual), before: before.answered(after: usual),
                    margin: policy.slowMargin.fraction))
        }
        return comparisons
    }
}
