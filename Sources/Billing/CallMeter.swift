/// Sees to it that a leg talks no longer than money is held for.
///
/// A value: times are durations since the answer, what must happen comes back as actions. Before what is held ends, the
/// meter asks for more; when there is not enough it warns and ends the leg where the money ends. Nobody answering, the
/// leg goes on for the policy's grace, which is not charged.
public struct CallMeter: Sendable, Hashable {
    public struct Policy: Sendable, Hashable {
        /// How long before the end the far end is warned, in seconds; 0 for never.
        public var warning: Int
        /// Short steps are asked for together until they last so long, in seconds.
        public var bundle: Int
        /// How long before the end the ledger is asked a last time.
        public var lastAsk: Int
        /// How long a leg goes on while the ledger does not answer.
        public var grace: Int
        /// Pause before asking a ledger again that failed.
        public var retry: Int

        public init(warning: Int = 30, bundle: Int = 60, lastAsk: Int = 2, grace: Int = 5, retry: Int = 1) {
            self.warning = max(0, warning)
            self.bundle = max(1, bundle)
            self.lastAsk = max(0, lastAsk)
            self.grace = max(0, grace)
            self.retry = max(1, retry)
        }
    }

    public enum Action: Sendable, Hashable {
        /// Ask the ledger to hold the price of so many seconds; one of the answers must follow.
        case reserve(through: Int)
        /// Say that the money will soon be gone.
        case warn
        /// End the leg; nothing follows.
        case end(EndReason)
    }

    public enum EndReason: Sendable, Hashable {
        case refused(MoneyRefusal)
        /// The ledger did not answer.
        case noAnswer
    }

    /// What is known of the time after `paidThrough`.
    private enum Phase: Sendable, Hashable {
        /// Nothing was asked.
        case quiet
        /// It cannot be paid now.
        case short(MoneyRefusal)
        /// It could not be paid at the last moment either.
        case ending(MoneyRefusal)
    }

    /// Seconds of talk for which money is held.
    public private(set) var paidThrough: Int
    private let price: CallPrice
    private let policy: Policy
    private var phase = Phase.quiet
    private var asked: Int?
    private var retryAt: Duration?
    private var hasWarned = false
    private var isOver = false

    /// - Parameter paidThrough: Seconds for which money is held when the leg is answered.
    public init(price: CallPrice, paidThrough: Int, policy: Policy = Policy()) {
        self.price = price
        self.paidThrough = paidThrough
        self.policy = policy
    }

    /// When ``advance(to:)`` has to be called next; nil when only an answer can change something, or nothing any more.
    public var deadline: Duration? {
        guard !isOver else { return nil }
        if let retryAt { return min(retryAt, end(policy.grace)) }
        guard asked == nil else { return end(policy.grace) }
        switch phase {
        case .quiet: return end(-max(policy.warning, policy.lastAsk))
        case .short: return needsWarning ? end(-max(policy.warning, policy.lastAsk)) : end(-policy.lastAsk)
        case .ending: return needsWarning ? end(-policy.warning) : end(0)
        }
    }

    private var needsWarning: Bool { policy.warning > 0 && !hasWarned }

    private func end(_ seconds: Int) -> Duration { .seconds(paidThrough + seconds) }

    /// Does what is due.
    public mutating func advance(to elapsed: Duration) -> [Action] {
        var actions: [Action] = []
        while let action = next(elapsed) { actions.append(action) }
        return actions
    }

    private mutating func next(_ elapsed: Duration) -> Action? {
        guard !isOver else { return nil }
        if asked != nil || retryAt != nil {
            if elapsed >= end(policy.grace) { return finish(.noAnswer) }
            guard let retryAt, elapsed >= retryAt else { return nil }
            return ask()
        }
        switch phase {
        case .quiet: return elapsed >= end(-max(policy.warning, policy.lastAsk)) ? ask() : nil
        case .short(let refusal):
            if let warning = warning(elapsed) { return warning }
            guard elapsed >= end(-policy.lastAsk) else { return nil }
            phase = .ending(refusal)
            return ask()
        case .ending(let refusal):
            return warning(elapsed) ?? (elapsed >= end(0) ? finish(.refused(refusal)) : nil)
        }
    }

    private mutating func warning(_ elapsed: Duration) -> Action? {
        guard needsWarning, elapsed >= end(-policy.warning), elapsed < end(0) else { return nil }
        hasWarned = true
        return .warn
    }

    private mutating func ask() -> Action {
        retryAt = nil
        let target = price.stepEnd(after: paidThrough + policy.bundle - 1)
        asked = target
        return .reserve(through: target)
    }

    private mutating func finish(_ reason: EndReason) -> Action {
        isOver = true
        return .end(reason)
    }

    /// The ledger holds the price of so many seconds now; fewer than asked for when the money ends there.
    public mutating func granted(through seconds: Int, at elapsed: Duration) -> [Action] {
        guard let target = asked, !isOver else { return [] }
        guard seconds > paidThrough else { return refused(.insufficientFunds, at: elapsed) }
        asked = nil
        paidThrough = seconds
        // Whoever has paid meanwhile is warned again when that, too, comes to its end.
        if elapsed < end(-policy.warning) { hasWarned = false }
        if seconds >= target {
            phase = .quiet
            hasWarned = false
        } else {
            phase = .short(.insufficientFunds)
        }
        return advance(to: elapsed)
    }

    /// The ledger holds no more than before.
    public mutating func refused(_ refusal: MoneyRefusal, at elapsed: Duration) -> [Action] {
        guard asked != nil, !isOver else { return [] }
        asked = nil
        if case .ending = phase { phase = .ending(refusal) } else { phase = .short(refusal) }
        return advance(to: elapsed)
    }

    /// The ledger could not be asked.
    public mutating func failed(at elapsed: Duration) -> [Action] {
        guard asked != nil, !isOver else { return [] }
        asked = nil
        retryAt = elapsed + .seconds(policy.retry)
        return advance(to: elapsed)
    }
}

/// Why no money is held for a call.
public enum MoneyRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// Balance and credit are used up, or held for other calls.
    case insufficientFunds
    /// The account has spent what it may within an hour.
    case spendingLimit
    /// The account is frozen or switched off.
    case accountClosed

    public var description: String {
        switch self {
        case .insufficientFunds: "the balance and the credit do not cover the call; add money to the account"
        case .spendingLimit: "the account has spent as much as it may within an hour; wait, or raise the limit"
        case .accountClosed: "the account is frozen or not active; activate it, or add money"
        }
    }
}
