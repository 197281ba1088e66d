/// What an account was told of its balance, so that nothing is told twice.
///
/// A warning goes out when the balance falls below the threshold, a second one when the money is out. The next crossing
/// counts after a payment of a tenth of the threshold or more that lifts the balance above it; a threshold that sinks below
/// the balance by itself does not count.
public struct WarningState: Sendable, Hashable {
    public enum Phase: String, Sendable, Hashable, CaseIterable {
        /// No money has been seen yet: there is nothing to warn of.
        case unfunded
        case armed
        /// Warned of the threshold.
        case low
        /// Told that the money is out.
        case empty
    }

    public private(set) var phase: Phase
    /// Counts the crossings; with the kind it makes a notice unique.
    public private(set) var crossing: Int64
    /// The lowest balance since the warning, in millionths.
    public private(set) var lowest: Int64

    /// - Parameters: What was kept of an earlier state; without them that of a new account.
    public init(phase: Phase = .unfunded, crossing: Int64 = 0, lowest: Int64 = 0) {
        self.phase = phase
        self.crossing = crossing
        self.lowest = lowest
    }

    /// Takes note of a balance, and says what is to be told now.
    ///
    /// - Parameter threshold: Nil while the account sleeps or wants no warnings.
    /// - Throws: ``MoneyError/currencyMismatch(expected:found:)``.
    public mutating func observe(balance: Money, threshold: Money?) throws(MoneyError) -> WarningNotice? {
        if let threshold, threshold.currency != balance.currency {
            throw .currencyMismatch(expected: balance.currency, found: threshold.currency)
        }
        rearm(balance.millionths, threshold?.millionths)
        return fall(balance, threshold)
    }

    /// Without a threshold nobody knows how much is enough: a warned account stays warned.
    private mutating func rearm(_ balance: Int64, _ threshold: Int64?) {
        switch phase {
        case .unfunded where balance > 0: phase = .armed
        case .low, .empty:
            guard balance > lowest else { return lowest = balance }
            guard let threshold, balance > 0, hasRisen(to: balance, by: threshold / 10) else { return }
            if balance > threshold {
                phase = .armed
            } else if phase == .empty, balance > threshold / 4 {
                // Some money came: when it is gone as well, that is told again.
                phase = .low
                crossing += 1
                lowest = balance
            }
        case .unfunded, .armed: break
        }
    }

    /// Money that was held for a call and is let go lifts a balance, too; a payment lifts it by more.
    private func hasRisen(to balance: Int64, by least: Int64) -> Bool {
        let (rise, overflow) = balance.subtractingReportingOverflow(lowest)
        return overflow || rise >= least
    }

    private mutating func fall(_ balance: Money, _ threshold: Money?) -> WarningNotice? {
        let isOut = balance.millionths <= 0
        switch phase {
        case .armed where isOut || balance.millionths < (threshold?.millionths ?? 0): crossing += 1
        case .low where isOut: break
        case .unfunded, .armed, .low, .empty: return nil
        }
        phase = isOut ? .empty : .low
        lowest = balance.millionths
        return WarningNotice(kind: isOut ? .empty : .low, crossing: crossing, balance: balance, threshold: threshold)
    }
}

/// One thing that an account is told about its balance.
public struct WarningNotice: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The balance is below the threshold.
        case low
        /// The money is out.
        case empty
    }

    public let kind: Kind
    /// With the kind it makes the notice unique within the account.
    public let crossing: Int64
    public let balance: Money
    /// Nil where only the end of the money is told.
    public let threshold: Money?
}
