import Billing

/// What can be rented, and what an account has rented.
extension ManagementClient {
    /// A country whose numbers are sold, in the words of a language.
    struct NumberCountry: Sendable, Equatable {
        struct Category: Sendable, Equatable {
            var code: String
            var name: String
            var hasStates: Bool
        }

        var code: String
        var name: String
        var prefix: String?
        var categories: [Category]
    }

    /// - Parameter locale: `EN` or `RU`.
    func numberCountries(locale: String, _ account: Credentials) async throws(ManagementError) -> [NumberCountry] {
        let answer = try await send("GetPhoneNumberCategories", account, [("locale", locale)])
        return (answer["result"]?.elements ?? []).compactMap { country in
            guard let code = country["country_code"]?.string else { return nil }
            let categories = (country["phone_categories"]?.elements ?? []).compactMap { category in
                category["phone_category_name"]?.string.map { name in
                    NumberCountry.Category(
                        code: name, name: category["localized_phone_category_name"]?.string ?? name,
                        hasStates: category["country_has_states"] == true)
                }
            }
            return NumberCountry(
                code: code, name: country["localized_country_name"]?.string ?? code,
                prefix: country["phone_prefix"]?.string, categories: categories)
        }
    }

    /// Codes and names of the states in which numbers are sold.
    func numberStates(
        country: String, category: String, _ account: Credentials
    ) async throws(ManagementError) -> [(code: String, name: String)] {
        let answer = try await send(
            "GetPhoneNumberCountryStates", account,
            [("country_code", country), ("phone_category_name", category)])
        return (answer["result"]?.elements ?? []).compactMap { state in
            guard let code = state["country_state"]?.string else { return nil }
            return (code, state["country_state_name"]?.string ?? code)
        }
    }

    /// A region with what a number costs in it.
    struct NumberRegion: Sendable, Equatable {
        var id: String
        var name: String
        var areaCode: String?
        var free: Int64
        var price: NumberPrice
    }

    func numberRegions(
        country: String, category: String, state: String?, locale: String, currency: Currency, _ account: Credentials
    ) async throws(ManagementError) -> [NumberRegion] {
        let parameters = [("country_code", country), ("phone_category_name", category), ("locale", locale)]
        let answer = try await send(
            "GetPhoneNumberRegions", account, parameters + (state.map { [("country_state", $0)] } ?? []))
        return (answer["result"]?.elements ?? []).compactMap { region in
            guard let id = region["phone_region_id"]?.string else { return nil }
            func price(_ name: String) -> Money {
                let value = region["account_\(name)"] ?? region["phone_\(name)"]
                return value.flatMap { PlatformMoney.money($0, currency) } ?? .zero(currency)
            }
            return NumberRegion(
                id: id, name: region["phone_region_name"]?.string ?? id, areaCode: region["phone_region_code"]?.string,
                free: region["phone_count"]?.int64 ?? 0,
                price: NumberPrice(monthly: price("price"), installation: price("installation_price")))
        }
    }

    /// A part of what is sold at a place.
    struct OfferPage: Sendable, Equatable {
        /// Digits, with `*` for any; nil for all numbers.
        var mask: String?
        var count: Int64
        var offset: Int64 = 0
    }

    /// Free numbers of a place with their prices, and how many there are.
    ///
    /// - Throws: `ManagementError` with `wrongAnswer` for a number without a price: nobody may agree to it.
    func offers(
        at place: NumberPlace, _ page: OfferPage, currency: Currency, _ account: Credentials
    ) async throws(ManagementError) -> (offers: [NumberOffer], total: Int64) {
        let method = "GetNewPhoneNumbers"
        let mask = page.mask.map { [("phone_number_mask", $0)] } ?? []
        let answer = try await send(
            method, account,
            place.parameters + mask + [("count", String(page.count)), ("offset", String(page.offset))])
        var offers: [NumberOffer] = []
        for row in answer["result"]?.elements ?? [] {
            func money(_ name: String) -> Money? { row[name].flatMap { PlatformMoney.money($0, currency) } }
            guard let number = row["phone_number"]?.string, let monthly = money("phone_price") else {
                throw ManagementError(method: method, kind: .wrongAnswer("a number has no digits or no price"))
            }
            let zero = Money.zero(currency)
            let taxes = try? (money("phone_tax_reserve") ?? zero).adding(
                money("phone_installation_tax_reserve") ?? zero)
            offers.append(
                NumberOffer(
                    number: number,
                    price: NumberPrice(monthly: monthly, installation: money("phone_installation_price") ?? zero),
                    taxes: taxes ?? zero, months: Self.months(row["phone_period"]?.string)))
        }
        return (offers, answer["total_count"]?.int64 ?? Int64(offers.count))
    }

    /// `0-1-0 0:0:0` is a month; one for a period that cannot be read.
    private static func months(_ period: String?) -> Int64 {
        let parts = (period ?? "").prefix { $0 != " " }.split(separator: "-").compactMap { Int64($0) }
        guard parts.count == 3, (0...100).contains(parts[0]), (0...100).contains(parts[1]) else { return 1 }
        return max(1, parts[0] * 12 + parts[1])
    }

    func attachNumber(
        _ number: String, at place: NumberPlace, _ account: Credentials
    ) async throws(ManagementError) {
        _ = try await send(
            "AttachPhoneNumber", account, isRepeatable: false, place.parameters + [("phone_number", number)])
    }

    /// Gives a number back for good; nothing is paid back.
    func deactivateNumber(_ number: String, _ account: Credentials) async throws(ManagementError) {
        _ = try await send("DeactivatePhoneNumber", account, [("phone_number", number)])
    }

    /// Whether the platform renews the number by itself.
    func setRenewal(_ isRenewed: Bool, number: String, _ account: Credentials) async throws(ManagementError) {
        _ = try await send(
            "SetPhoneNumberInfo", account, [("phone_number", number), ("auto_charge", isRenewed ? "true" : "false")])
    }

    /// Pays a number whose period has ended; one that is paid costs nothing, so this may come twice.
    func chargeNumber(_ number: String, _ account: Credentials) async throws(ManagementError) {
        _ = try await send("ChargeAccount", account, [("phone_number", number)])
    }

    /// Rows that one answer brings.
    private static let numberPage = 1000

    /// Everything that the account has rented.
    func rentedNumbers(
        currency: Currency, _ account: Credentials
    ) async throws(ManagementError) -> [RentedNumber.Facts] {
        var found: [RentedNumber.Facts] = []
        while true {
            let page = try await rentedNumbers(
                [("count", String(Self.numberPage)), ("offset", String(found.count)), ("order_by", "phone_id")],
                currency, account)
            found += page
            if page.count < Self.numberPage { return found }
        }
    }

    /// One number, if the account has rented it.
    func rentedNumber(
        _ number: String, currency: Currency, _ account: Credentials
    ) async throws(ManagementError) -> RentedNumber.Facts? {
        try await rentedNumbers([("phone_number", number)], currency, account).first { $0.number == number }
    }

    private func rentedNumbers(
        _ parameters: [(String, String)], _ currency: Currency, _ account: Credentials
    ) async throws(ManagementError) -> [RentedNumber.Facts] {
        let method = "GetPhoneNumbers"
        let answer = try await send(method, account, parameters)
        var found: [RentedNumber.Facts] = []
        for row in answer["result"]?.elements ?? [] where row["deactivated"] != true {
            guard let number = row["phone_number"]?.string else {
                throw ManagementError(method: method, kind: .wrongAnswer("a number has no digits"))
            }
            found.append(
                RentedNumber.Facts(
                    number: number, country: row["phone_country_code"]?.string ?? "",
                    category: row["category_name"]?.string ?? "", region: row["phone_region_name"]?.string ?? "",
                    price: row["phone_price"].flatMap { PlatformMoney.money($0, currency) } ?? .zero(currency),
                    nextRenewal: row["phone_next_renewal"]?.string.map { String($0.prefix(10)) },
                    isFrozen: row["canceled"] == true, isRenewed: row["auto_charge"] != false))
        }
        return found
    }
}

extension NumberPlace {
    fileprivate var parameters: [(String, String)] {
        [("country_code", country), ("phone_category_name", category), ("phone_region_id", region)]
            + (state.map { [("country_state", $0)] } ?? [])
    }
}

extension ManagementError {
    private func isRefused(_ codes: Set<Int64>) -> Bool {
        guard case .refused(let code, _) = kind else { return false }
        return codes.contains(code)
    }

    /// The balance does not allow it.
    var isShortOfMoney: Bool { isRefused([127]) }
    /// The number is not sold, or not any more, or not to be changed as nobody has it.
    var isNumberGone: Bool { isRefused([121, 181, 182, 331, 332]) }
    /// A country, category, state or region that does not exist.
    var isUnknownPlace: Bool { isRefused([239, 240, 241, 242]) }
    /// Whether it is certain that the command has not run.
    var isRefusal: Bool {
        if case .refused = kind { return !isPassing || isUnstarted }
        return false
    }
}
