import Billing
import CallControl
import Storage

/// AttachPhoneNumber, BindPhoneNumberToApplication, DeactivatePhoneNumber, SetPhoneNumberInfo.
enum NumberMethods {
    static let all: [APIMethod] = [
        .write("AttachPhoneNumber", for: .developers, attach),
        .write("BindPhoneNumberToApplication", for: .developers, bind),
        .write("DeactivatePhoneNumber", for: .developers, deactivate),
        .write("SetPhoneNumberInfo", for: .developers) { call in
            var change = RowChange()
            change.set("auto_charge", flag: try call.parameters.optionalFlag("auto_charge"))
            change.set("modified_at", .integer(call.now.seconds))
            try change.apply(to: "phone_number", where: try selected(call), in: call.transaction)
            return .done()
        },
    ]

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
        let taken = try NumberCatalogueMethods.taken(of: region.numbers, call)
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
        let wanted = try call.parameters.integer("phone_count")
        guard (1...100).contains(wanted) else {
            throw APIError(code: 243, message: "The phone_count is invalid.", field: "phone_count")
        }
        let count = Int(wanted)
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
        let funds = try LedgerStore(transaction: call.transaction).funds(of: call.account.id, at: call.now)
        guard try !funds.available().isLess(than: each.multiplied(by: Int64(numbers.count))) else {
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
        let renewal = SQLValue.integer(Subscription.month(after: call.now).seconds)
        let row = try refusingDuplicate([
            "phone_number.number": APIError(
                code: 182, message: "The phone number is occupied.", field: "phone_number")
        ]) {
            try call.transaction.queryOne(
                """
                INSERT INTO phone_number (account_id, number, country_code, category_name, region_id, region_name, price,
                    purchased_at, renewal_at, due_at, modified_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
                """,
                [
                    call.owner, .text(number), .text(region.countryCode), .text(region.categoryName),
                    .integer(region.id), .text(region.name),
                    .integer(region.monthlyPrice(call.account.currency).millionths), .integer(call.now.seconds),
                    renewal, renewal, .integer(call.now.seconds),
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

    static func check(_ rule: RuleID, belongsTo application: ApplicationReference, _ call: MethodCall) throws {
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
    static func selected(_ call: MethodCall) throws -> QueryFilter {
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

    static func digits(_ text: String) -> String { text.filter { $0.isASCII && $0.isNumber } }
}
