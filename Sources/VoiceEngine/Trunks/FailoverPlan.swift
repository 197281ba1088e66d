import SIP

/// One call's tries of the ways that lead out: when the next one has its turn, and when none is left.
///
/// A way is left when it does not answer within its limit, when it cannot be reached, and when it says that it cannot reach
/// anybody (408, 502, 503, 504) or will not know this side (401, 407). Once the callee has been reached, by any response
/// above 100, the call is bound to its way: whoever has heard it ring must not be called a second time.
struct FailoverPlan: Sendable {
    enum Action: Sendable, Hashable {
        case attempt(Int)
        /// Give up the attempt, whose end does not matter any more.
        case abandon(Int)
        /// No way is left and nothing else will tell the call's owner: the last one was silent.
        case exhausted
    }

    /// How an attempt has failed.
    struct Failure: Sendable, Hashable {
        var status: Int
        /// True for a status that this side made because nobody answered.
        var isLocal: Bool
    }

    private var limits: [Duration]
    /// The attempt under way; nil when the plan has come to its end.
    private(set) var current: Int?
    /// When to look whether the attempt under way has been answered.
    private(set) var nextDeadline: SIPInstant?
    private var isBound = false
    private var actions: [Action] = []

    /// - Parameter limits: how long each way may be silent, in the order of the ways.
    init(limits: [Duration]) { self.limits = limits }

    /// The oldest action not yet taken.
    mutating func nextAction() -> Action? { actions.isEmpty ? nil : actions.removeFirst() }

    mutating func start(at now: SIPInstant) { attempt(0, at: now) }

    /// The way under way leads to several places: its attempt goes to the first, the others follow as ways of their own.
    ///
    /// - Parameters:
    ///   - next: places that come right after it.
    ///   - last: places that come when everything else has failed.
    mutating func found(_ way: Int, next: Int, last: Int, at now: SIPInstant) {
        guard way == current, !isBound else { return }
        let limit = limits[way]
        limits.insert(contentsOf: repeatElement(limit, count: next), at: way + 1)
        limits.append(contentsOf: repeatElement(limit, count: last))
        nextDeadline = now + limit
    }

    /// The callee of an attempt has been reached.
    mutating func reached(_ way: Int) {
        guard way == current else { return }
        isBound = true
        nextDeadline = nil
    }

    /// An attempt has failed.
    ///
    /// - Returns: true when the next way is tried; false when the failure is the call's.
    mutating func failed(_ way: Int, _ failure: Failure, at now: SIPInstant) -> Bool {
        guard way == current else { return false }
        guard !isBound, Self.isUnreachable(failure), way + 1 < limits.count else {
            finish()
            return false
        }
        attempt(way + 1, at: now)
        return true
    }

    /// Looks at the attempt under way when its limit has passed.
    ///
    /// - Parameter isTrying: whether its server has answered anything, such as 100.
    mutating func timersFired(at now: SIPInstant, isTrying: Bool) {
        guard let deadline = nextDeadline, deadline <= now, let current else { return }
        nextDeadline = nil
        guard !isTrying else { return }
        actions.append(.abandon(current))
        if current + 1 < limits.count {
            attempt(current + 1, at: now)
        } else {
            finish()
            actions.append(.exhausted)
        }
    }

    private mutating func attempt(_ way: Int, at now: SIPInstant) {
        guard limits.indices.contains(way) else { return actions.append(.exhausted) }
        current = way
        nextDeadline = now + limits[way]
        actions.append(.attempt(way))
    }

    private mutating func finish() {
        current = nil
        nextDeadline = nil
    }

    private static func isUnreachable(_ failure: Failure) -> Bool {
        failure.isLocal || [401, 407, 408, 502, 503, 504].contains(failure.status)
    }
}
