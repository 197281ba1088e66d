import Billing
import Storage

/// GetPhoneNumberCategories, GetPhoneNumberCountryStates, GetPhoneNumberRegions, GetActualPhoneNumberRegion,
/// GetNewPhoneNumbers: what can be rented.
enum NumberCatalogueMethods {
    static let all: [APIMethod] = [
        .read("GetPhoneNumberCategories", getCategories),
        .read("GetPhoneNumberCountryStates", getStates),
        .read("GetPhoneNumberRegions", getRegions),
        .read("GetActualPhoneNumberRegion") { call in
            _ = try language(call)
            let region = try region(call)
            let taken = try taken(of: region.numbers, call)
            let free = region.numbers.count - taken.count
            return .members(["result": json(region, free: free, call.account.currency)])
        },
        .read("GetNewPhoneNumbers", getNewPhoneNumbers),
    ]

    private static func getCategories(_ call: MethodCall) throws -> JSONValue {
        let language = try language(call)
        var regions = call.configuration.numbers.regions
        switch try call.parameters.optionalText("sandbox", maximumLength: 8) {
        case nil, "all", "false": break
        case "true": regions = []
        default: throw APIError.invalid("sandbox", "is none of all, true, false")
        }
        if case .listed(let countries)? = try call.parameters.optionalSelection("country_code") {
            let known = call.configuration.numbers.regions
            for country in countries where !known.contains(where: { $0.countryCode == country }) {
                throw APIError(code: 239, message: "The country_code is invalid.", field: "country_code")
            }
            regions = regions.filter { countries.contains($0.countryCode) }
        }
        let countries = Dictionary(grouping: regions, by: \.countryCode).sorted { $0.key < $1.key }
        let items = countries.map { code, regions in
            let categories = Set(regions.map(\.categoryName)).sorted().map { name in
                let hasStates = regions.contains { $0.categoryName == name && $0.state != nil }
                return JSONValue.members([
                    "phone_category_name": .string(name), "country_has_states": .bool(hasStates),
                    "localized_phone_category_name": .string(language.category(name)),
                ])
            }
            return JSONValue.members([
                "country_code": .string(code), "localized_country_name": .string(language.country(code)),
                "phone_prefix": .optional(regions.first?.phonePrefix), "can_list_phone_numbers": .bool(true),
                "emergency_calls_to_be_enabled": .bool(false), "phone_categories": .array(categories),
            ])
        }
        return .members(["result": .array(items), "count": .count(items.count)])
    }

    private static func language(_ call: MethodCall) throws -> CatalogueLanguage {
        let code = try call.parameters.optionalText("locale", maximumLength: 16) ?? CatalogueLanguage.english.rawValue
        guard let language = CatalogueLanguage(rawValue: code.uppercased()) else {
            throw APIError.invalid("locale", "is none of EN, RU")
        }
        return language
    }

    private static func getStates(_ call: MethodCall) throws -> JSONValue {
        let (country, category) = try place(call)
        let wanted = try call.parameters.optionalText("country_state", maximumLength: 64)
        let states = Set(
            call.configuration.numbers.regions.filter {
                $0.countryCode == country && $0.categoryName == category
            }.compactMap(\.state))
        let found = states.filter { wanted == nil || $0.code == wanted }.sorted { $0.code < $1.code }
        guard wanted == nil || !found.isEmpty else { throw stateInvalid }
        let items = found.map { state in
            JSONValue.members(["country_state": .string(state.code), "country_state_name": .string(state.name)])
        }
        return .members(["result": .array(items), "count": .count(items.count)])
    }

    private static let stateInvalid = APIError(
        code: 242, message: "The country_state is invalid.", field: "country_state")

    private static func getRegions(_ call: MethodCall) throws -> JSONValue {
        // A region has the name that the operator gave it, in any language.
        _ = try language(call)
        let (country, category) = try place(call)
        let state = try call.parameters.optionalText("country_state", maximumLength: 64)
        let id = try call.parameters.optionalInteger("phone_region_id")
        let name = try call.parameters.optionalText("phone_region_name")?.lowercased()
        let code = try call.parameters.optionalText("phone_region_code")
        let omitsEmpty = try call.parameters.flag("omit_empty", default: true)
        var items: [JSONValue] = []
        for region in call.configuration.numbers.regions
        where region.countryCode == country && region.categoryName == category {
            guard state == nil || state == region.state?.code else { continue }
            let free = try region.numbers.count - taken(of: region.numbers, call).count
            guard id == nil || id == region.id, code == nil || code == region.areaCode,
                name.map({ region.name.lowercased().contains($0) }) ?? true, free > 0 || !omitsEmpty
            else { continue }
            items.append(json(region, free: free, call.account.currency))
        }
        return .members(["result": .array(items), "count": .count(items.count)])
    }

    private static func json(_ region: NumberRegion, free: Int, _ currency: Currency) -> JSONValue {
        let price = JSONValue.decimal(region.monthlyPrice(currency).decimalText)
        let installation = JSONValue.decimal(region.installationPrice(currency).decimalText)
        return .members([
            "phone_region_id": .integer(region.id), "phone_region_name": .string(region.name),
            "phone_region_code": .string(region.areaCode), "country_state": .optional(region.state?.code),
            "phone_count": .count(free),
            "phone_period": .string("0-1-0 0:0:0"), "phone_price": price, "phone_installation_price": installation,
            "account_price": price, "account_installation_price": installation,
            "account_currency": .string(currency.code), "phone_tax_reserve": .decimal("0.00"),
            "phone_installation_tax_reserve": .decimal("0.00"), "is_need_regulation_address": .bool(false),
            "is_sms_supported": .bool(false),
        ])
    }

    private static func getNewPhoneNumbers(_ call: MethodCall) throws -> JSONValue {
        let region = try region(call)
        let mask = try call.parameters.optionalText("phone_number_mask", maximumLength: 32)
        let taken = try taken(of: region.numbers, call)
        let free = region.numbers.filter { number in
            !taken.contains(number) && (mask.map { NumberMask.matches(number, mask: $0) } ?? true)
        }
        let page = try call.parameters.page()
        let currency = call.account.currency
        let items = free.dropFirst(Int(page.offset)).prefix(Int(page.count)).map { number in
            JSONValue.members([
                // Nobody's row yet: until it is rented a number is its own id.
                "phone_id": .optional(Int64(number)), "phone_number": .string(number),
                "phone_tax_reserve": .decimal("0.00"), "phone_installation_tax_reserve": .decimal("0.00"),
                "phone_price": .decimal(region.monthlyPrice(currency).decimalText),
                "phone_installation_price": .decimal(region.installationPrice(currency).decimalText),
                "phone_country_code": .string(region.countryCode), "phone_period": .string("0-1-0 0:0:0"),
                "phone_category_name": .string(region.categoryName), "phone_region_name": .string(region.name),
            ])
        }
        return .list(items, total: Int64(free.count))
    }

    /// The country and category that a request names.
    private static func place(_ call: MethodCall) throws -> (country: String, category: String) {
        let country = try call.parameters.text("country_code", maximumLength: 16)
        let category = try call.parameters.text("phone_category_name", maximumLength: 64)
        let regions = call.configuration.numbers.regions.filter { $0.countryCode == country }
        guard !regions.isEmpty else {
            throw APIError(code: 239, message: "The country_code is invalid.", field: "country_code")
        }
        guard regions.contains(where: { $0.categoryName == category }) else {
            throw APIError(code: 240, message: "The phone_category_name is invalid.", field: "phone_category_name")
        }
        return (country, category)
    }

    /// The region that a request names, in the state that it names.
    static func region(_ call: MethodCall) throws -> NumberRegion {
        let (country, category) = try place(call)
        let id = try call.parameters.integer("phone_region_id")
        guard let region = call.configuration.numbers.region(id, country: country, category: category) else {
            throw APIError(code: 241, message: "The phone_region_id is invalid.", field: "phone_region_id")
        }
        if let state = try call.parameters.optionalText("country_state", maximumLength: 64) {
            guard state == region.state?.code else { throw stateInvalid }
        }
        return region
    }

    /// Those of the numbers that some account has; whose they are is not told.
    static func taken(of numbers: [String], _ call: MethodCall) throws -> Set<String> {
        var taken: Set<String> = []
        for start in stride(from: 0, to: numbers.count, by: 500) {
            let part = numbers[start..<min(start + 500, numbers.count)]
            var filter = QueryFilter("deactivated = 0 AND 1 = ?", .integer(1))
            filter.add("number", in: part.map(SQLValue.text))
            let rows = try call.transaction.query(
                "SELECT number FROM phone_number WHERE \(filter.sql)", filter.arguments)
            taken.formUnion(try rows.map { try $0.text("number") })
        }
        return taken
    }
}

/// A number with `*` for any digits.
enum NumberMask {
    static func matches(_ number: String, mask: String) -> Bool {
        let parts = mask.split(separator: "*", omittingEmptySubsequences: false)
        guard let first = parts.first, let last = parts.last, parts.count > 1 else { return number == mask }
        guard number.hasPrefix(first) else { return false }
        var rest = number.dropFirst(first.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.hasSuffix(last)
    }
}
