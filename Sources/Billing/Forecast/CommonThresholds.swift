/// The threshold of each currency that accounts have in common unless they are told another.
public struct CommonThresholds: Sendable, Hashable {
    /// An operator who has said nothing.
    public static let standard = CommonThresholds()
    private static let greatest: Int64 = 1_000_000_000_000

    /// Those that the operator has set.
    private var amounts: [Currency: Money] = [:]

    public init() {}

    public subscript(currency: Currency) -> Money { amounts[currency] ?? Self.usual(currency) }

    /// Sets one as a configuration spells it: `RUB 3000`.
    ///
    /// - Returns: False, and nothing is set, for another spelling, an amount that is not above 0 and at most a million, and
    ///   a currency that was set before.
    public mutating func set(_ entry: String) -> Bool {
        let parts = entry.split(separator: " ")
        guard parts.count == 2, let currency = Currency(rawValue: String(parts[0])), amounts[currency] == nil,
            let amount = try? Money(String(parts[1]), currency), (1...Self.greatest).contains(amount.millionths)
        else { return false }
        amounts[currency] = amount
        return true
    }

    private static func usual(_ currency: Currency) -> Money {
        switch currency {
        case .usd, .eur: Money(millionths: 5_000_000, currency)
        case .rub: Money(millionths: 300_000_000, currency)
        case .uah: Money(millionths: 150_000_000, currency)
        }
    }
}
