import Billing
import CallControl
import Storage

/// GetSipRegistrations: the filters and the form of the answer.
enum SIPRegistrationList {
    static func list(_ call: MethodCall) throws -> JSONValue {
        let found = try listFilter(call).rows(
            of: call.transaction,
            select: "s.*, a.name AS application_name, r.name AS rule_name, u.name AS user_name",
            from: "sip_registration s LEFT JOIN application a ON a.id = s.application_id "
                + "LEFT JOIN call_rule r ON r.id = s.rule_id LEFT JOIN app_user u ON u.id = s.user_id",
            order: "s.id", page: try call.parameters.page())
        return .list(try found.rows.map { try json($0, call) }, total: found.total)
    }

    private static func listFilter(_ call: MethodCall) throws -> QueryFilter {
        let parameters = call.parameters
        var filter = QueryFilter("s.account_id = ?", call.owner)
        filter.add("s.id", in: try parameters.optionalIDs("sip_registration_id")?.map { .integer($0) })
        filter.add("s.username", containing: try parameters.optionalText("sip_username", maximumLength: 255))
        filter.add("s.deactivated = ?", .flag(try parameters.flag("deactivated")))
        filter.add("s.successful = ?", optional: try parameters.optionalFlag("successful").map(SQLValue.flag))
        filter.add("s.is_persistent = ?", optional: try parameters.optionalFlag("is_persistent").map(SQLValue.flag))
        if let application = try call.optionalApplication() {
            filter.add("s.application_id = ?", .integer(application.id.rawValue))
            let user = try UserMethods.optionalUser(in: application.id, call)
            filter.add("s.user_id = ?", optional: user.map { .integer($0.rawValue) })
        } else {
            filter.add("s.user_id", in: try parameters.optionalIDs("user_id")?.map { .integer($0) })
            guard parameters.isMissing("user_name") else {
                throw APIError.required("application_id", "or application_name is required by user_name")
            }
        }
        if let rule = try RuleMethods.optionalRule(call) { filter.add("s.rule_id = ?", .integer(rule.rawValue)) }
        if let isBound = try parameters.optionalFlag("is_bound_to_application") {
            filter.add("(s.application_id IS NOT NULL) = ?", .flag(isBound))
        }
        if let inProgress = try parameters.optionalFlag("in_progress") {
            filter.add("(s.successful IS NULL) = ?", .flag(inProgress))
        }
        if case .listed(let proxies)? = try parameters.optionalSelection("proxy") {
            filter.add("s.proxy", in: proxies.map(SQLValue.text))
        }
        try addStatus(to: &filter, parameters)
        return filter
    }

    /// `401;500:599`: codes and ranges of codes.
    private static func addStatus(to filter: inout QueryFilter, _ parameters: MethodParameters) throws {
        guard case .listed(let items)? = try parameters.optionalSelection("status_code") else { return }
        let ranges = try items.map { item in
            let ends = item.split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) }
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1] else {
                throw APIError.invalid("status_code", "is no list of codes and ranges like 401;500:599")
            }
            return (first, last)
        }
        let places = Array(repeating: "s.status_code BETWEEN ? AND ?", count: ranges.count)
        filter.add(
            "(\(places.joined(separator: " OR ")))", arguments: ranges.flatMap { [.integer($0.0), .integer($0.1)] })
    }

    private static func json(_ row: Row, _ call: MethodCall) throws -> JSONValue {
        let price = Money(millionths: try row.integer("price"), call.account.currency)
        return .members([
            "sip_registration_id": .integer(try row.integer("id")), "sip_username": .string(try row.text("username")),
            "proxy": .string(try row.text("proxy")), "auth_user": .optional(try row.optionalText("auth_user")),
            "outbound_proxy": .optional(try row.optionalText("outbound_proxy")),
            "successful": try row.optionalInteger("successful").map { .bool($0 != 0) },
            "status_code": .optional(try row.optionalInteger("status_code")),
            "error_message": .optional(try row.optionalText("error_message")),
            "last_updated": .string(DateText.utc.dateTime(UnixTime(seconds: try row.integer("updated_at")))),
            "deactivated": .bool(try row.flag("deactivated")),
            "frozen": .bool(try row.optionalInteger("frozen_at") != nil),
            "is_persistent": .bool(try row.flag("is_persistent")),
            "next_subscription_renewal": .string(
                DateText.utc.date(UnixTime(seconds: try row.integer("renewal_at")))),
            "purchase_date": .string(DateText.utc.dateTime(UnixTime(seconds: try row.integer("purchased_at")))),
            "subscription_price": .decimal(price.decimalText),
            "user_id": .optional(try row.optionalInteger("user_id")),
            "user_name": .optional(try row.optionalText("user_name")),
            "application_id": .optional(try row.optionalInteger("application_id")),
            "application_name": .optional(
                try row.optionalText("application_name").map(call.domain(ofApplication:))),
            "rule_id": .optional(try row.optionalInteger("rule_id")),
            "rule_name": .optional(try row.optionalText("rule_name")),
        ])
    }
}
