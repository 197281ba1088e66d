/// How an account is warned.
public struct WarningSettings: Sendable, Hashable {
    public enum Mode: String, Sendable, Hashable, CaseIterable {
        /// By a threshold made of the account's own spending.
        case individual
        /// By the threshold that all accounts of the currency have.
        case common
        case off
    }

    public var mode: Mode
    /// The threshold of the currency; new accounts begin with it.
    public var common: Money
    /// No threshold is below.
    public var floor: Money
    /// No threshold is above.
    public var cap: Money
    public var lead: LeadTime
    /// Whether the account's own delays replace `lead` once enough of them were seen.
    public var learnsLead: Bool
    public var safety: Safety

    /// The settings of a new account.
    ///
    /// - Parameter common: The threshold of the currency; the floor is a tenth of it, the cap ten thousand times as much.
    public init(mode: Mode = .individual, common: Money, lead: LeadTime = .standard, learnsLead: Bool = true) {
        self.mode = mode
        self.common = common
        self.lead = lead
        self.learnsLead = learnsLead
        floor = Money(millionths: common.millionths / 10, common.currency)
        cap = (try? common.multiplied(by: 10_000)) ?? Money(millionths: .max, common.currency)
        safety = .standard
    }
}

/// An expense whose time and sum are known before, such as the monthly fee of a number.
public struct PlannedExpense: Sendable, Hashable {
    /// Positive.
    public let amount: Money
    public let due: LocalHour

    public init(amount: Money, due: LocalHour) {
        self.amount = amount
        self.due = due
    }
}
