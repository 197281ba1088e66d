import Billing
import CallControl
import Storage

/// GetPhoneNumbers, IsAccountPhoneNumber, GetAccountPhoneNumberCountries: what an account has rented.
enum AccountNumberMethods {
    static let all: [APIMethod] = [
        .read("GetPhoneNumbers", getPhoneNumbers),
        .read("IsAccountPhoneNumber", isAccountPhoneNumber),
        .read("GetAccountPhoneNumberCountries", getCountries),
    ]

    private static func isAccountPhoneNumber(_ call: MethodCall) throws -> JSONValue {
        let number = NumberMethods.digits(try call.parameters.text("phone_number", maximumLength: 64))
        var filter = QueryFilter("account_id = ?", call.owner)
        filter.add("deactivated = 0 AND number = ?", .text(number))
        return .members(["result": .bool(try filter.total(in: call.transaction, from: "phone_number") > 0)])
    }

    private static func getPhoneNumbers(_ call: MethodCall) throws -> JSONValue {
        let filter = try listFilter(call)
        let found = try filter.rows(
            of: call.transaction,
            select: "p.*, a.name AS application_name, r.name AS rule_name, c.name AS account_name",
            from: "phone_number p JOIN account c ON c.id = p.account_id "
                + "LEFT JOIN application a ON a.id = p.application_id LEFT JOIN call_rule r ON r.id = p.rule_id",
            order: try order(call), page: try call.parameters.page())
        return .list(try found.rows.map { try json($0, call) }, total: found.total)
    }

    private static func order(_ call: MethodCall) throws -> String {
        switch try call.parameters.optionalText("order_by", maximumLength: 64) {
        case nil, "phone_id": return "p.id"
        case "phone_number": return "p.number, p.id"
        case "phone_price": return "p.price, p.id"
        case "phone_country_code": return "p.country_code, p.id"
        case "phone_next_renewal": return "p.renewal_at, p.id"
        case "phone_purchase_date": return "p.purchased_at, p.id"
        default:
            throw APIError.invalid(
                "order_by", "is none of phone_id, phone_number, phone_price, phone_country_code, …_renewal, …_date")
        }
    }

    /// Filters by what no number here needs: papers and addresses.
    private static let unsupported = [
        "verification_name", "verification_status", "from_unverified_hold_until", "to_unverified_hold_until",
        "children_verifications_only", "incoming_sms_callback_url",
    ]

    private static let dateFilters = [
        ("from_phone_next_renewal", "p.renewal_at >= ?"), ("to_phone_next_renewal", "p.renewal_at <= ?"),
        ("from_phone_purchase_date", "p.purchased_at >= ?"), ("to_phone_purchase_date", "p.purchased_at <= ?"),
    ]

    /// The countries of the account's numbers, of one application's if the request names one.
    private static func getCountries(_ call: MethodCall) throws -> JSONValue {
        var filter = QueryFilter("account_id = ?", call.owner)
        filter.add("deactivated = ?", .flag(false))
        filter.add("application_id = ?", optional: try call.optionalApplication().map { .integer($0.id.rawValue) })
        let rows = try call.transaction.query(
            "SELECT DISTINCT country_code FROM phone_number WHERE \(filter.sql) ORDER BY country_code",
            filter.arguments)
        return .members(["result": .array(try rows.map { .string(try $0.text("country_code")) })])
    }

    private static func listFilter(_ call: MethodCall) throws -> QueryFilter {
        let parameters = call.parameters
        try parameters.refuse(unsupported)
        var filter = QueryFilter("1 = ?", .integer(1))
        let children = try ChildAccountMethods.selected(call) ?? []
        let own = try parameters.flag("children_phones_only") ? [] : [call.account.id]
        filter.add("p.account_id", in: (own + children).map { .integer($0.rawValue) })
        filter.add("p.id", in: try parameters.optionalIDs("phone_id")?.map { .integer($0) })
        if case .listed(let numbers)? = try parameters.optionalSelection("phone_number") {
            filter.add("p.number", in: numbers.map { .text(NumberMethods.digits($0)) })
        }
        if case .listed(let countries)? = try parameters.optionalSelection("country_code") {
            filter.add("p.country_code", in: countries.map(SQLValue.text))
        }
        filter.add(
            "p.category_name = ?", optional: try parameters.optionalText("phone_category_name").map(SQLValue.text))
        let isDeactivated = try parameters.flag("deactivated")
        filter.add("p.deactivated = ?", .flag(isDeactivated))
        if case .listed(let wanted)? = try parameters.optionalSelection("activation_status") {
            filter.add("1 = ?", .flag(wanted.contains(isDeactivated ? "DEACTIVATED" : "ACTIVE")))
        }
        // Every number is a real one.
        switch try parameters.optionalText("sandbox", maximumLength: 8) {
        case nil, "all", "false": break
        case "true": filter.add("1 = ?", .flag(false))
        default: throw APIError.invalid("sandbox", "is none of all, true, false")
        }
        try addBindings(to: &filter, call)
        for (field, condition) in dateFilters {
            let date = try HistoryQuery.optionalInstant(parameters, field, zone: .utc)
            filter.add(condition, optional: date.map { .integer($0.seconds) })
        }
        return filter
    }

    /// What a number is bound to, and whether it can be used.
    private static func addBindings(to filter: inout QueryFilter, _ call: MethodCall) throws {
        let parameters = call.parameters
        let application = try call.optionalApplication()
        filter.add("p.application_id = ?", optional: application.map { .integer($0.id.rawValue) })
        if let isCanceled = try parameters.optionalFlag("canceled") {
            filter.add("(p.frozen_at IS NOT NULL) = ?", .flag(isCanceled))
        }
        if let canBeUsed = try parameters.optionalFlag("can_be_used") {
            filter.add("(p.frozen_at IS NULL) = ?", .flag(canBeUsed))
        }
        let rule = try RuleMethods.optionalRule(call)
        filter.add("p.rule_id = ?", optional: rule.map { .integer($0.rawValue) })
        if let isBound = try parameters.optionalFlag("is_bound_to_application") {
            filter.add("(p.application_id IS NOT NULL) = ?", .flag(isBound))
        }
        if let isBound = try parameters.optionalFlag("is_bound_to_rule") {
            filter.add("(p.rule_id IS NOT NULL) = ?", .flag(isBound))
        }
    }

    private static func json(_ row: Row, _ call: MethodCall) throws -> JSONValue {
        let renewal = DateText.utc.date(UnixTime(seconds: try row.integer("renewal_at")))
        let account = try row.text("account_name")
        let domain = try row.optionalText("application_name").map {
            SIPDomain.text(application: $0, account: account, platform: call.configuration.domain)
        }
        let isFrozen = try row.optionalInteger("frozen_at") != nil
        let price = Money(millionths: try row.integer("price"), call.account.currency)
        return .members([
            "phone_id": .integer(try row.integer("id")), "phone_number": .string(try row.text("number")),
            "account_id": .integer(try row.integer("account_id")), "phone_price": .decimal(price.decimalText),
            "phone_country_code": .string(try row.text("country_code")),
            "category_name": .string(try row.text("category_name")),
            "phone_region_id": .integer(try row.integer("region_id")),
            "phone_region_name": .string(try row.text("region_name")), "phone_next_renewal": .string(renewal),
            "phone_purchase_date": .string(
                DateText.utc.dateTime(UnixTime(seconds: try row.integer("purchased_at")))),
            "deactivated": .bool(try row.flag("deactivated")), "canceled": .bool(isFrozen),
            "auto_charge": .bool(try row.flag("auto_charge")), "subscription_id": .integer(try row.integer("id")),
            "application_id": .optional(try row.optionalInteger("application_id")),
            "application_name": .optional(domain), "rule_id": .optional(try row.optionalInteger("rule_id")),
            "rule_name": .optional(try row.optionalText("rule_name")), "can_be_used": .bool(!isFrozen),
            "is_sms_supported": .bool(false), "is_sms_enabled": .bool(false),
            "activation_status": try row.flag("deactivated") ? "DEACTIVATED" : "ACTIVE",
            "modified": .string(DateText.utc.dateTime(UnixTime(seconds: try row.integer("modified_at")))),
        ])
    }
}
