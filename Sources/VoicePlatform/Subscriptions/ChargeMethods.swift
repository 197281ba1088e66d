import Billing
import CallControl
import Storage

/// ChargeAccount, GetMoneyAmountToCharge, GetSubscriptionPrice, GetResourcePrice, GetCurrencyRate.
enum ChargeMethods {
    static let all: [APIMethod] = [
        .write("ChargeAccount", for: .accountants, chargeAccount),
        .read("GetMoneyAmountToCharge", for: .accountants, getMoneyAmountToCharge),
        .read("GetSubscriptionPrice", getSubscriptionPrice),
        .read("GetResourcePrice", getResourcePrice),
        .read("GetCurrencyRate", getCurrencyRate),
    ]

    /// Pays numbers whose month has ended, those that are not charged by themselves too.
    private static func chargeAccount(_ call: MethodCall) throws -> MethodResult {
        let filter = try NumberMethods.selected(call)
        let rows = try call.transaction.query(
            "SELECT * FROM phone_number WHERE \(filter.sql) ORDER BY id", filter.arguments)
        let renewal = SubscriptionRenewal(transaction: call.transaction, now: call.now)
        var charged = Money.zero(call.account.currency)
        let phones = try rows.map { row in
            let number = try Subscription(.phoneNumber, row: row, call.account.currency)
            let isDue = number.frozenAt != nil || number.renewalAt <= call.now
            let isCharged = try isDue && renewal.renew(number) != nil
            if isCharged { charged = try charged.adding(number.price) }
            return JSONValue.members([
                "phone_id": .integer(number.id), "phone_number": .string(number.name), "deactivated": .bool(false),
                "is_charged": .bool(isCharged),
            ])
        }
        return .done(
            ["charged_amount": .decimal(charged.decimalText), "phones": .array(phones)],
            effects: [.directoryChanged(call.account.id)])
    }

    private static func getMoneyAmountToCharge(_ call: MethodCall) throws -> JSONValue {
        let account = call.account
        if let currency = try call.parameters.optionalText("currency"), currency != account.currency.code {
            throw APIError.invalid("currency", "is not the account's currency \(account.currency.code)")
        }
        let date = try HistoryQuery.optionalInstant(call.parameters, "charge_date", zone: .utc)
        let until = date ?? Subscription.month(after: call.now)
        let due = try SubscriptionStore(transaction: call.transaction).due(of: account, until: until)
        let balance = try AccountStore(transaction: call.transaction).balance(of: account)
        let zero = Money.zero(account.currency)
        let total = try due.reduce(zero) { try $0.adding($1.price) }
        let debt = balance.isNegative ? try balance.multiplied(by: -1) : zero
        let amount = try total.adding(debt)
        let rest = balance.isNegative ? amount : try amount.subtracting(balance)
        let items = due.map { subscription in
            JSONValue.members([
                "subscription_type": .string(subscription.kind.rawValue),
                "subscription_description": .string(subscription.name),
                "subscription_amount": .decimal(subscription.price.decimalText),
                "subscription_auto_charge": .bool(subscription.isChargedAutomatically),
                "subscription_next_renewal": .string(DateText.utc.date(subscription.renewalAt)),
            ])
        }
        return .members([
            "result": .members([
                "amount": .decimal(amount.decimalText),
                "min_amount": .decimal((rest.isNegative ? zero : rest).decimalText),
                "currency": .string(account.currency.code), "subscriptions": .array(items),
            ])
        ])
    }

    // MARK: Prices

    private struct Template {
        let id: Int64
        let kind: SubscriptionKind
        let name: String
        let price: Money
        let installation: Money
    }

    private static func templates(_ call: MethodCall) -> [Template] {
        let currency = call.account.currency
        let registration = Template(
            id: 1, kind: .sipRegistration, name: "SIP registration",
            price: call.configuration.sipRegistrationPrice(currency), installation: .zero(currency))
        return [registration]
            + call.configuration.numbers.regions.map { region in
                Template(
                    id: region.id + 1, kind: .phoneNumber,
                    name: "\(region.countryCode) \(region.categoryName) \(region.name)",
                    price: region.monthlyPrice(currency), installation: region.installationPrice(currency))
            }
    }

    private static func getSubscriptionPrice(_ call: MethodCall) throws -> JSONValue {
        let parameters = call.parameters
        let ids = try parameters.optionalIDs("subscription_template_id")
        let name = try parameters.optionalText("subscription_template_name", maximumLength: 256)
        let type = try parameters.optionalText("subscription_template_type", maximumLength: 64)
        if let type, SubscriptionKind(rawValue: type) == nil {
            throw APIError.invalid("subscription_template_type", "is none of PHONE_NUM, SIP_REGISTRATION")
        }
        let found = templates(call).filter { template in
            (ids?.contains(template.id) ?? true) && (type.map { $0 == template.kind.rawValue } ?? true)
                && (name.map { template.name == $0 } ?? true)
        }
        let page = try parameters.page()
        let items = found.dropFirst(Int(page.offset)).prefix(Int(page.count)).map { template in
            JSONValue.members([
                "subscription_template_id": .integer(template.id),
                "subscription_template_type": .string(template.kind.rawValue),
                "subscription_template_name": .string(template.name),
                "price": .decimal(template.price.decimalText),
                "installation_price": .decimal(template.installation.decimalText), "period": "0-1-0 0:0:0",
                "currency": .string(call.account.currency.code), "tax_reserve": .decimal("0.00"),
                "installation_tax_reserve": .decimal("0.00"),
            ])
        }
        return .list(items, total: Int64(found.count))
    }

    /// The prices of calls: one resource for each direction and sort of far end, one price group for each tariff row.
    private static func getResourcePrice(_ call: MethodCall) throws -> JSONValue {
        let parameters = call.parameters
        let wanted = try parameters.optionalSelection("resource_type")
        let ids = try parameters.optionalIDs("price_group_id")
        let name = try parameters.optionalText("price_group_name", maximumLength: 256)?.lowercased()
        let rows = Array(tariff(call).rows.enumerated())
        let numbered = try numberedRows(call)
        let groups = Dictionary(
            grouping: rows.filter { index, row in
                (ids?.contains(Int64(index + 1)) ?? true) && (name.map(row.text.lowercased().contains) ?? true)
                    && (numbered?.contains(row) ?? true)
            }, by: { resourceType($0.element) })
        if case .listed(let types)? = wanted {
            for type in types where !resourceTypes.contains(type) {
                throw APIError.invalid("resource_type", "is none of \(resourceTypes.joined(separator: ", "))")
            }
        }
        let items = groups.sorted { $0.key < $1.key }.compactMap { type, rows -> JSONValue? in
            if case .listed(let types)? = wanted, !types.contains(type) { return nil }
            let prices = rows.map { index, row in json(row, id: Int64(index + 1)) }
            return .members(["resource_type": .string(type), "price_groups": .array(prices)])
        }
        return .members(["result": .array(items)])
    }

    private static func tariff(_ call: MethodCall) -> Tariff {
        call.configuration.tariffs.tariff(call.account.currency, account: call.account.name)
    }

    private static let resourceTypes = ["PSTN_IN", "PSTN_OUT", "VOIP_IN", "VOIP_OUT"]

    private static func resourceType(_ row: TariffRow) -> String {
        let end = row.direction == .incoming ? "IN" : "OUT"
        return if case .pstn = row.scope { "PSTN_\(end)" } else { "VOIP_\(end)" }
    }

    /// The rows that rate calls from or to the numbers of `resource_param`; nil when it is missing.
    private static func numberedRows(_ call: MethodCall) throws -> Set<TariffRow>? {
        guard case .listed(let numbers)? = try call.parameters.optionalSelection("resource_param") else { return nil }
        let (tariff, today) = (tariff(call), TariffDay(unixSeconds: call.now.seconds))
        return Set(
            numbers.flatMap { number in
                CallDirection.allCases.compactMap { tariff.row($0, .pstn(number), on: today) }
            })
    }

    private static func json(_ row: TariffRow, id: Int64) -> JSONValue {
        var parameters: JSONValue?
        if case .pstn(let prefix) = row.scope { parameters = .members(["prefixes": .array([.string(prefix)])]) }
        return .members([
            "price_group_id": .integer(id), "price_group_name": .string(row.text),
            "price": .decimal(row.pricePerMinute.decimalText), "num_resources_per_price": .integer(60),
            "quantum": .count(row.stepSeconds), "params": parameters,
        ])
    }

    /// What a dollar costs, as the operator has set it.
    private static func getCurrencyRate(_ call: MethodCall) throws -> JSONValue {
        guard case .listed(let codes)? = try call.parameters.optionalSelection("currency") else {
            throw APIError.required("currency")
        }
        _ = try HistoryQuery.optionalInstant(call.parameters, "date", zone: .utc)
        let items = try codes.map { code in
            guard let currency = Currency(rawValue: code), let rate = call.configuration.rate(of: currency) else {
                throw APIError.invalid("currency", "holds one whose rate is not known")
            }
            return JSONValue.members(["currency": .string(code), "rate": .decimal(rate)])
        }
        return .members(["result": .array(items)])
    }
}
