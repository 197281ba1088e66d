/// The currencies that accounts are kept in.
public enum Currency: String, Sendable, Hashable, CaseIterable {
    case rub = "RUB"
    case uah = "UAH"
    case usd = "USD"
    case eur = "EUR"

    /// ISO 4217 code.
    public var code: String { rawValue }
}
