/// The outcomes of a backtest by rule and kind of account.
public struct BacktestTable: Sendable, Hashable {
    public let rules: [WarningRule]
    /// In the order in which they came.
    public private(set) var kinds: [String] = []
    private var outcomes: [String: [WarningRule: BacktestOutcome]] = [:]

    public init(rules: [WarningRule]) { self.rules = rules }

    /// Tries every rule on an account.
    public mutating func add(_ account: BacktestAccount, _ options: BacktestOptions) {
        if outcomes[account.kind] == nil { kinds.append(account.kind) }
        for rule in rules {
            outcomes[account.kind, default: [:]][rule, default: BacktestOutcome()]
                .add(BacktestRun.outcome(account, rule, options))
        }
    }

    /// Adds what another part of the accounts came to.
    public mutating func add(_ other: BacktestTable) {
        for kind in other.kinds {
            if outcomes[kind] == nil { kinds.append(kind) }
            for (rule, outcome) in other.outcomes[kind] ?? [:] {
                outcomes[kind, default: [:]][rule, default: BacktestOutcome()].add(outcome)
            }
        }
    }

    /// Of one kind, or of all.
    public func outcome(_ rule: WarningRule, kind: String? = nil) -> BacktestOutcome {
        if let kind { return outcomes[kind]?[rule] ?? BacktestOutcome() }
        return outcomes.values.reduce(into: BacktestOutcome()) { sum, rules in
            if let outcome = rules[rule] { sum.add(outcome) }
        }
    }
}

/// A point in which one rule is worse than another with a kind of account.
public struct BacktestWeakness: Sendable, Hashable, CustomStringConvertible {
    public enum Fault: String, Sendable, Hashable, CaseIterable {
        case tooLate = "too late"
        case tooEarly = "too early"
        case forNothing = "for nothing"
        case missed

        func count(_ outcome: BacktestOutcome) -> Int {
            switch self {
            case .tooLate: outcome.tooLate
            case .tooEarly: outcome.tooEarly
            case .forNothing: outcome.forNothing
            case .missed: outcome.missed
            }
        }
    }

    public let kind: String
    public let fault: Fault
    public let rule: WarningRule
    /// Of a thousand occasions.
    public let share: Int
    public let better: WarningRule
    public let betterShare: Int

    public var description: String {
        "\(kind): \(rule) \(fault.rawValue) \(Self.percent(share)), \(better) \(Self.percent(betterShare))"
    }

    private static func percent(_ share: Int) -> String { "\(share / 10).\(share % 10) %" }
}

extension BacktestTable {
    /// Where an individual rule makes a fault more often than some fixed threshold, by a hundredth of the occasions or more;
    /// for each kind and fault, the fixed threshold that makes it least.
    public var weaknesses: [BacktestWeakness] {
        let fixed = rules.filter { if case .fixed = $0 { true } else { false } }
        return kinds.flatMap { kind in
            rules.filter { !fixed.contains($0) }.flatMap { rule in
                BacktestWeakness.Fault.allCases.compactMap { fault in
                    let share = share(fault, rule, kind)
                    let best = fixed.map { (rule: $0, share: self.share(fault, $0, kind)) }
                        .min { $0.share < $1.share }
                    guard let best, share - best.share >= 10 else { return nil }
                    return BacktestWeakness(
                        kind: kind, fault: fault, rule: rule, share: share, better: best.rule, betterShare: best.share)
                }
            }
        }
    }

    private func share(_ fault: BacktestWeakness.Fault, _ rule: WarningRule, _ kind: String) -> Int {
        let outcome = outcome(rule, kind: kind)
        return outcome.occasions == 0 ? 0 : fault.count(outcome) * 1000 / outcome.occasions
    }
}
