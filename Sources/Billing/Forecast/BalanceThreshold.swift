/// A balance below which an account is warned, and where it comes from.
public struct BalanceThreshold: Sendable, Hashable {
    public enum Basis: Sendable, Hashable {
        /// The threshold of all accounts of the currency.
        case common
        case individual
        /// A new account: so many thousandths of its own, the rest of the common one.
        case new(ownShare: Int64)
        /// Nothing was spent for two weeks: only planned expenses count.
        case asleep
    }

    public enum Limit: String, Sendable, Hashable { case floor, cap }

    /// Nil: no warning.
    public internal(set) var amount: Money?
    public internal(set) var basis: Basis
    public let lead: LeadTime
    /// What the account usually spends in the lead time from now on, grown by `growth`.
    public internal(set) var forecast: Money
    /// What spending in the past exceeded its forecast by, in as many cases as the safety asks for.
    public internal(set) var margin: Money
    /// Fees within the lead time.
    public internal(set) var planned: Money
    /// How much more than usual is spent now, 1000 for as usual.
    public internal(set) var growth: Int64 = 1000
    /// Whole days that the forecast is made of.
    public internal(set) var days = 0
    /// Those left out as holidays.
    public internal(set) var holidays = 0
    /// Stretches of the past as long as the lead time that the margin is made of.
    public internal(set) var windows = 0
    /// The setting that changed the amount.
    public internal(set) var limit: Limit?

    init(amount: Money?, basis: Basis, lead: LeadTime, _ currency: Currency) {
        self.amount = amount
        self.basis = basis
        self.lead = lead
        forecast = .zero(currency)
        margin = .zero(currency)
        planned = .zero(currency)
    }
}

extension BalanceThreshold: CustomStringConvertible {
    /// The explanation for a person, a line for each fact.
    public var description: String {
        guard let amount else {
            return basis == .common
                ? "no warnings: switched off" : "no warning: nothing spent for two weeks, no fees due"
        }
        var lines = ["warning below \(amount)"]
        switch basis {
        case .common: return lines[0] + "\nthe threshold of all accounts of the currency"
        case .asleep: return lines[0] + "\nnothing spent for two weeks; fees within \(lead.hours) h: \(planned)"
        case .individual: lines.append("made of the account's own spending")
        case .new(let share):
            lines.append("a new account: \(share / 10) % by its own spending, the rest by the common threshold")
        }
        let growthText = growth > 1000 ? ", \(growth / 1000).\(growth % 1000 / 100) times as much as usual" : ""
        lines += [
            "forecast for the next \(lead.hours) h: \(forecast)\(growthText)",
            "safety margin: \(margin), from \(windows) stretches of as many hours",
            "fees within that time: \(planned)",
            "days looked at: \(days), left out as holidays: \(holidays)",
        ]
        if let limit { lines.append("set by the \(limit.rawValue) of the settings") }
        return lines.joined(separator: "\n")
    }
}
