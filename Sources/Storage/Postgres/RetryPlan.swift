/// Whether and when a transaction that failed begins again: a decision, without a clock of its own.
///
/// A conflict is tried again soon; after three of them the transaction runs alone, which nobody can get in the way of.
/// A lost connection is made anew at once, then after growing pauses, until the caller's patience ends.
struct RetryPlan: Sendable, Hashable {
    struct Step: Sendable, Hashable {
        var pause: Duration
        /// Whether no other writer may be about.
        var isAlone: Bool
    }

    static let mostConflicts = 8
    private static let conflictsTogether = 3

    let patience: Duration
    private var conflicts = 0
    private var losses = 0

    init(patience: Duration) { self.patience = patience }

    /// - Parameters:
    ///   - elapsed: Since the caller's first attempt.
    ///   - random: From 0 to 1, so that those who met do not meet again.
    /// - Returns: nil when the failure is the caller's answer.
    mutating func next(after recourse: PostgresFailure.Recourse, elapsed: Duration, random: Double) -> Step? {
        switch recourse {
        case .none: return nil
        case .again:
            conflicts += 1
            guard conflicts <= Self.mostConflicts else { return nil }
            let isAlone = conflicts > Self.conflictsTogether
            return Step(pause: isAlone ? .zero : .milliseconds(4 << conflicts) * random, isAlone: isAlone)
        case .reconnect:
            losses += 1
            let pause: Duration = losses == 1 ? .zero : .milliseconds(min(50 << min(losses - 2, 5), 1000))
            guard elapsed + pause < patience else { return nil }
            return Step(pause: pause, isAlone: conflicts > Self.conflictsTogether)
        }
    }
}
