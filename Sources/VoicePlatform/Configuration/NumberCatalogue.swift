import Billing

/// The telephone numbers that accounts can rent.
public struct NumberCatalogue: Sendable, Hashable {
    public var regions: [NumberRegion]

    public init(regions: [NumberRegion] = []) { self.regions = regions }

    /// The region with an id, in a country and category.
    func region(_ id: Int64, country: String, category: String) -> NumberRegion? {
        regions.first { $0.id == id && $0.countryCode == country && $0.categoryName == category }
    }
}

/// A state of a country, for example `CA`, `California`.
public struct CountryState: Sendable, Hashable {
    public var code: String
    public var name: String

    public init(code: String, name: String) {
        self.code = code
        self.name = name
    }
}

/// Numbers of one country, category and region, at one price.
public struct NumberRegion: Sendable, Hashable {
    public var id: Int64
    /// ISO 3166-1 code of two capital letters.
    public var countryCode: String
    /// What the country's numbers begin with, digits only.
    public var phonePrefix: String
    /// For example `GEOGRAPHIC`, `MOBILE`, `TOLLFREE`.
    public var categoryName: String
    /// The state of a country that has states.
    public var state: CountryState?
    public var name: String
    public var areaCode: String
    /// For each month, in each currency that it can be paid in.
    public var monthlyPrice: [Money]
    /// Once, when a number is attached.
    public var installationPrice: [Money]
    /// In international form, digits only.
    public var numbers: [String]

    public init(
        id: Int64, countryCode: String, phonePrefix: String, categoryName: String, state: CountryState? = nil,
        name: String, areaCode: String = "",
        monthlyPrice: [Money] = [], installationPrice: [Money] = [], numbers: [String]
    ) {
        self.id = id
        self.countryCode = countryCode
        self.phonePrefix = phonePrefix
        self.categoryName = categoryName
        self.state = state
        self.name = name
        self.areaCode = areaCode
        self.monthlyPrice = monthlyPrice
        self.installationPrice = installationPrice
        self.numbers = numbers
    }

    func monthlyPrice(_ currency: Currency) -> Money {
        monthlyPrice.first { $0.currency == currency } ?? .zero(currency)
    }

    func installationPrice(_ currency: Currency) -> Money {
        installationPrice.first { $0.currency == currency } ?? .zero(currency)
    }
}
