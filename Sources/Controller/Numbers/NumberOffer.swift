import Billing

/// Where a number is sold.
struct NumberPlace: Sendable, Equatable {
    /// ISO 3166-1 code.
    var country: String
    var category: String
    var region: String
    /// Only in countries that have states.
    var state: String?
}

/// What a number costs: once, and for each period.
struct NumberPrice: Sendable, Equatable {
    var monthly: Money
    var installation: Money

    /// What a purchase takes off the balance at once.
    func first() throws -> Money { try monthly.adding(installation) }
}

/// A number that can be bought now.
struct NumberOffer: Sendable, Equatable {
    var number: String
    var price: NumberPrice
    /// Held back for taxes beside the price.
    var taxes: Money
    /// How many months a price pays.
    var months: Int64

    var json: JSONValue {
        [
            "PHONE_NUMBER": .text(number), "PRICE": .text(price.monthly.decimalText),
            "INSTALLATION_PRICE": .text(price.installation.decimalText), "TAXES": .text(taxes.decimalText),
            "CURRENCY": .text(price.monthly.currency.code), "MONTHS": .integer(months),
        ]
    }
}
