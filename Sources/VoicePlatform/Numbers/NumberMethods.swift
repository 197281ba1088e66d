import Billing
import CallControl
import Storage

/// AttachPhoneNumber, BindPhoneNumberToApplication, DeactivatePhoneNumber, GetPhoneNumbers, IsAccountPhoneNumber.
enum NumberMethods {
    static let all: [APIMethod] = [
        .write("AttachPhoneNumber", attach),
        .write("BindPhoneNumberToApplication", bind),
        .write("DeactivatePhoneNumber", deactivate),
        .read("GetPhoneNumbers", getPhoneNumbers),
        .read("IsAccountPhoneNumber", isAccountPhoneNumber),
    ]

    private static let secondsPerMonth: Int64 = 30 * 86_400

    private static func attach(_ call: MethodCall) throws -> MethodResult {
        let region = try NumberCatalogueMethods.region(call)
        let numbers = try wantedNumbers(of: region, call)
        try pay(for: numbers, region, call)
        let items = try numbers.map { number in
            JSONValue.members([
                "phone_id": .integer(try insert(number, region, call)), "phone_number": .string(number),
            ])
        }
        return .done(["phone_numbers": .array(items)], effects: [.directoryChanged(call.account.id)])
    }

    /// The free numbers that a request names, or as many as it counts.
    private static func wantedNumbers(of region: NumberRegion, _ call: MethodCall) throws -> [String] {
        let taken = try NumberCatalogueMethods.takenNumbers(call)
        if case .listed(let items)? = try call.parameters.optionalSelection("phone_number") {
            guard try call.parameters.optionalInteger("phone_count") == nil else {
                throw APIError.invalid("phone_count", "and phone_number exclude each other, pass one")
            }
            let numbers = items.map(digits)
            for number in numbers where !region.numbers.contains(number) {
                throw APIError(code: 121, message: "The phone number is invalid.", field: "phone_number")
            }
            guard Set(numbers).count == numbers.count, !numbers.contains(where: taken.contains) else {
                throw APIError(code: 182, message: "The phone number is occupied.", field: "phone_number")
            }
            return numbers
        }
        let count = Int(try call.parameters.integer("phone_count", default: 0, in: 1...100))
        let numbers = Array(region.numbers.lazy.filter { !taken.contains($0) }.prefix(count))
        guard !numbers.isEmpty else { throw APIError(code: 331, message: "There are no such numbers in stock.") }
        guard numbers.count == count else {
            throw APIError(code: 332, message: "There are not enough such numbers in stock.")
        }
        return numbers
    }

    /// Takes the installation and the first month off the balance.
    private static func pay(for numbers: [String], _ region: NumberRegion, _ call: MethodCall) throws {
        let currency = call.account.currency
        let installation = region.installationPrice(currency)
        let month = region.monthlyPrice(currency)
        let each = try installation.adding(month)
        guard !each.isZero else { return }
        let available = try AccountStore(transaction: call.transaction).balance(of: call.account)
            .adding(call.account.creditLimit)
        guard try !available.isLess(than: each.multiplied(by: Int64(numbers.count))) else {
            throw APIError.insufficientMoney
        }
        for number in numbers {
            let key = "number-\(number)-\(RandomToken.hexadecimal(bytes: 8))"
            let parts: [(TransactionKind, Money)] = [
                (.phoneNumberInstallation, installation), (.phoneNumberCharge, month),
            ]
            for (kind, price) in parts where !price.isZero {
                let entry = LedgerEntry(
                    key: IdempotencyKey(rawValue: "\(key)-\(kind.rawValue)"), kind: kind,
                    amount: try price.multiplied(by: -1), text: number)
                try LedgerStore(transaction: call.transaction).book(entry, for: call.account.id, at: call.now)
            }
        }
    }

    private static func insert(_ number: String, _ region: NumberRegion, _ call: MethodCall) throws -> Int64 {
        let row = try refusingDuplicate([
            "phone_number.number": APIError(
                code: 182, message: "The phone number is occupied.", field: "phone_number")
        ]) {
            try call.transaction.queryOne(
                """
                INSERT INTO phone_number (account_id, number, country_code, category_name, region_id, region_name, price,
                    purchased_at, renewal_at, modified_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
                """,
                [
                    call.owner, .text(number), .text(region.countryCode), .text(region.categoryName),
                    .integer(region.id), .text(region.name),
                    .integer(region.monthlyPrice(call.account.currency).millionths), .integer(call.now.seconds),
                    .integer(call.now.seconds + secondsPerMonth), .integer(call.now.seconds),
                ])
        }
        return try row?.integer("id") ?? 0
    }

    private static func bind(_ call: MethodCall) throws -> MethodResult {
        let filter = try selected(call)
        var change = RowChange()
        if try call.parameters.flag("bind", default: true) {
            let application = try call.application()
            let rule = try RuleMethods.optionalRule(call)
            if let rule { try check(rule, belongsTo: application, call) }
            change.set("application_id", .integer(application.id.rawValue))
            change.set("rule_id", .optional(rule?.rawValue))
        } else {
            change.set("application_id", .null)
            change.set("rule_id", .null)
        }
        change.set("modified_at", .integer(call.now.seconds))
        try change.apply(to: "phone_number", where: filter, in: call.transaction)
        return .done(effects: [.directoryChanged(call.account.id)])
    }

    private static func check(_ rule: RuleID, belongsTo application: ApplicationReference, _ call: MethodCall) throws {
        let row = try call.transaction.queryOne(
            "SELECT id FROM call_rule WHERE id = ? AND application_id = ?",
            [.integer(rule.rawValue), .integer(application.id.rawValue)])
        guard row != nil else {
            throw APIError(code: 147, message: "The rule_id is invalid.", field: "rule_id")
        }
    }

    private static func deactivate(_ call: MethodCall) throws -> MethodResult {
        var change = RowChange()
        change.set("deactivated", flag: true)
        change.set("application_id", .null)
        change.set("rule_id", .null)
        change.set("modified_at", .integer(call.now.seconds))
        try change.apply(to: "phone_number", where: try selected(call), in: call.transaction)
        return .done(effects: [.directoryChanged(call.account.id)])
    }

    /// The account's numbers in use that `phone_id` or `phone_number` name.
    private static func selected(_ call: MethodCall) throws -> QueryFilter {
        let wanted = try call.parameters.either("phone_id", "phone_number")
        var filter = QueryFilter("account_id = ?", call.owner)
        filter.add("deactivated = ?", .flag(false))
        guard case .listed(let items) = wanted.value else { return filter }
        let isID = wanted.name == "phone_id"
        let values = Set(items).map { isID ? SQLValue.integer(Int64($0) ?? -1) : .text(digits($0)) }
        filter.add(isID ? "id" : "number", in: values)
        guard try filter.total(in: call.transaction, from: "phone_number") == Int64(values.count) else {
            throw APIError(
                code: isID ? 181 : 121, message: "The \(wanted.name) is invalid.", field: wanted.name)
        }
        return filter
    }

    private static func isAccountPhoneNumber(_ call: MethodCall) throws -> JSONValue {
        let number = digits(try call.parameters.text("phone_number", maximumLength: 64))
        var filter = QueryFilter("account_id = ?", call.owner)
        filter.add("deactivated = 0 AND number = ?", .text(number))
        return .members(["result": .bool(try filter.total(in: call.transaction, from: "phone_number") > 0)])
    }

    private static func digits(_ text: String) -> String { text.filter { $0.isASCII && $0.isNumber } }

    private static func getPhoneNumbers(_ call: MethodCall) throws -> JSONValue {
        let filter = try listFilter(call)
        let found = try filter.rows(
            of: call.transaction,
            select: "p.*, a.name AS application_name, r.name AS rule_name, c.name AS account_name",
            from: "phone_number p JOIN account c ON c.id = p.account_id "
                + "LEFT JOIN application a ON a.id = p.application_id LEFT JOIN call_rule r ON r.id = p.rule_id",
            order: "p.id", page: try call.parameters.page())
        return .list(try found.rows.map { try json($0, call) }, total: found.total)
    }

    private static func listFilter(_ call: MethodCall) throws -> QueryFilter {
        let parameters = call.parameters
        var filter = QueryFilter("1 = ?", .integer(1))
        let children = try ChildAccountMethods.selected(call) ?? []
        let own = try parameters.flag("children_phones_only") ? [] : [call.account.id]
        filter.add("p.account_id", in: (own + children).map { .integer($0.rawValue) })
        filter.add("p.id", in: try parameters.optionalIDs("phone_id")?.map { .integer($0) })
        if case .listed(let numbers)? = try parameters.optionalSelection("phone_number") {
            filter.add("p.number", in: numbers.map { .text(digits($0)) })
        }
        if let application = try call.optionalApplication() {
            filter.add("p.application_id = ?", .integer(application.id.rawValue))
        }
        if case .listed(let countries)? = try parameters.optionalSelection("country_code") {
            filter.add("p.country_code", in: countries.map(SQLValue.text))
        }
        filter.add(
            "p.category_name = ?", optional: try parameters.optionalText("phone_category_name").map(SQLValue.text))
        filter.add("p.deactivated = ?", .flag(try parameters.flag("deactivated")))
        if let isBound = try parameters.optionalFlag("is_bound_to_application") {
            filter.add("(p.application_id IS NOT NULL) = ?", .flag(isBound))
        }
        if let isBound = try parameters.optionalFlag("is_bound_to_rule") {
            filter.add("(p.rule_id IS NOT NULL) = ?", .flag(isBound))
        }
        return filter
    }

    private static func json(_ row: Row, _ call: MethodCall) throws -> JSONValue {
        let renewal = DateText.utc.date(UnixTime(seconds: try row.integer("renewal_at")))
        let account = try row.text("account_name")
        let domain = try row.optionalText("application_name").map {
            SIPDomain.text(application: $0, account: account, platform: call.configuration.domain)
        }
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
            "deactivated": .bool(try row.flag("deactivated")), "canceled": .bool(false), "auto_charge": .bool(true),
            "application_id": .optional(try row.optionalInteger("application_id")),
            "application_name": .optional(domain), "rule_id": .optional(try row.optionalInteger("rule_id")),
            "rule_name": .optional(try row.optionalText("rule_name")), "can_be_used": .bool(true),
            "is_sms_supported": .bool(false), "is_sms_enabled": .bool(false), "activation_status": .string("ACTIVE"),
            "modified": .string(DateText.utc.dateTime(UnixTime(seconds: try row.integer("modified_at")))),
        ])
    }
}
