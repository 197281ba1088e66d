/// What one call leg costs.
public struct Charge: Sendable, Hashable {
    /// The price group's text, for example `any outgoing voip`.
    public let direction: String
    public let amount: Money

    public init(direction: String, amount: Money) {
        self.direction = direction
        self.amount = amount
    }
}

/// The price of a leg, fixed when it begins.
///
/// Amounts are exact: the talking time that is paid, a whole number of steps, times the price for a minute, rounded up
/// once to the next millionth. So the price of two steps is never more than twice the price of one.
public struct CallPrice: Sendable, Hashable {
    /// The price group's name.
    public let group: String
    public let perMinute: Money
    public let step: BillingStep
    public let freeSeconds: Int
    public let setupFee: Money

    public init(group: String, perMinute: Money, step: BillingStep, freeSeconds: Int, setupFee: Money) {
        self.group = group
        self.perMinute = perMinute
        self.step = step
        self.freeSeconds = freeSeconds
        self.setupFee = setupFee
    }

    /// Whether no duration costs anything.
    public var isFree: Bool { perMinute.isZero && setupFee.isZero }

    /// The charge for a leg that talked for so long.
    ///
    /// A leg that was never answered (0 s) costs nothing. Otherwise: set-up fee, plus the price of the steps that have
    /// begun after the free seconds.
    /// - Throws: ``MoneyError/overflow`` when the amount is too large.
    public func charge(seconds: Int) throws(MoneyError) -> Charge {
        guard seconds > 0 else { return Charge(direction: group, amount: .zero(perMinute.currency)) }
        let paid = Int64(max(0, seconds - freeSeconds))
        let talk = try perMinute.share(try rounded(paid), of: 60)
        return Charge(direction: group, amount: try talk.adding(setupFee))
    }

    /// Paid seconds rounded up to the end of their step.
    private func rounded(_ seconds: Int64) throws(MoneyError) -> Int64 {
        let (first, next) = (Int64(step.first), Int64(step.next))
        guard seconds > 0 else { return 0 }
        guard seconds > first else { return first }
        let further = (seconds - first) / next + ((seconds - first) % next == 0 ? 0 : 1)
        let (product, overflow) = further.multipliedReportingOverflow(by: next)
        let (sum, tooLarge) = product.addingReportingOverflow(first)
        guard !overflow, !tooLarge else { throw .overflow }
        return sum
    }

    /// Where the first step ends that has to be paid; who cannot pay until there cannot call.
    public var firstStepEnd: Int { freeSeconds + step.first }

    /// The end of the step in which somebody is who has talked for so long; everything until there has one price.
    ///
    /// - Parameter elapsed: Seconds, at most a million hours; more count as that.
    public func stepEnd(after elapsed: Int) -> Int {
        let elapsed = min(max(0, elapsed), Self.longest)
        if elapsed < freeSeconds { return freeSeconds }
        let paid = elapsed - freeSeconds
        guard paid >= step.first else { return firstStepEnd }
        return firstStepEnd + ((paid - step.first) / step.next + 1) * step.next
    }

    private static let longest = 3_600_000_000

    /// The last end of a step, not after `target`, until which an amount suffices; 0 when it is not enough for any.
    public func affordable(with amount: Money, upTo target: Int) -> Int {
        func suffices(_ seconds: Int) -> Bool {
            guard let charge = try? charge(seconds: seconds).amount else { return false }
            return charge.currency == amount.currency && charge.millionths <= amount.millionths
        }
        guard target >= firstStepEnd, suffices(firstStepEnd) else {
            return freeSeconds > 0 && target >= freeSeconds && suffices(freeSeconds) ? freeSeconds : 0
        }
        // Between the two is the answer: `low` further steps suffice, `high` do not or are not wanted.
        var low = 0
        var high = (target - firstStepEnd) / step.next + 1
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if suffices(firstStepEnd + middle * step.next) { low = middle } else { high = middle }
        }
        return firstStepEnd + low * step.next
    }
}
