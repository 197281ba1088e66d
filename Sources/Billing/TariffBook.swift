/// The tariffs of an installation: one for each currency, and those of accounts that have their own.
public struct TariffBook: Sendable, Hashable {
    private let common: [Currency: Tariff]
    private let own: [String: Tariff]

    /// Tariffs of single accounts, by the account's name.
    public var accounts: [String: Tariff] { own }

    /// - Parameters:
    ///   - common: One for each currency; a currency without one prices calls between users only, at nothing.
    ///   - own: By the account's name.
    public init(_ common: [Tariff], own: [String: Tariff] = [:]) {
        self.common = Dictionary(common.map { ($0.currency, $0) }) { first, _ in first }
        self.own = own
    }

    /// The tariff of an account in its currency; an own one in another currency does not count.
    public func tariff(_ currency: Currency, account: String? = nil) -> Tariff {
        if let account, let tariff = own[account], tariff.currency == currency { return tariff }
        return common[currency] ?? .internalOnly(currency)
    }
}

extension TariffBook: ExpressibleByArrayLiteral {
    public init(arrayLiteral common: Tariff...) { self.init(common) }
}
