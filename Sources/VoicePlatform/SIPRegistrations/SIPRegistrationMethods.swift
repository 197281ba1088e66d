import Billing
import CallControl
import Storage

/// CreateSipRegistration, UpdateSipRegistration, BindSipRegistration, DeleteSipRegistration, GetSipRegistrations.
enum SIPRegistrationMethods {
    static let all: [APIMethod] = [
        .write("CreateSipRegistration", for: .accountants, create),
        .write("UpdateSipRegistration", for: .accountants, update),
        .write("BindSipRegistration", for: .accountants, bind),
        .write("DeleteSipRegistration", for: .accountants, delete),
        .read("GetSipRegistrations", for: .observers, SIPRegistrationList.list),
    ]

    private static func create(_ call: MethodCall) throws -> MethodResult {
        let count = try QueryFilter("account_id = ? AND deactivated = 0", call.owner)
            .total(in: call.transaction, from: "sip_registration")
        guard count < call.configuration.limits.sipRegistrationsPerAccount else {
            throw APIError(code: 272, message: "The account has too many SIP registrations.")
        }
        guard let address = try address(call), let proxy = address.proxy else { throw APIError.required("proxy") }
        guard let user = address.user else { throw APIError.required("sip_username") }
        let id = try insert(user, proxy, address, call)
        try checkUser(of: id, call)
        try pay(id, name: user, call)
        let balance = try AccountStore(transaction: call.transaction).balance(of: call.account)
        let info = JSONValue.members([
            "account_id": .integer(call.account.id.rawValue), "balance": .decimal(balance.decimalText),
            "currency": .string(call.account.currency.code), "frozen": .bool(call.account.isFrozen),
        ])
        return .done(
            ["sip_registration_id": .integer(id), "account_info": info],
            effects: [.registrationsChanged, .directoryChanged(call.account.id)])
    }

    private struct Address {
        let user: String?
        let proxy: String?
        let outboundProxy: String?
        let authUser: String?
        let password: String?
    }

    /// The checked texts of a request.
    private static func address(_ call: MethodCall) throws -> Address? {
        let parameters = call.parameters
        let user = try parameters.optionalText("sip_username", maximumLength: 255)
        if let user, !user.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !"<>\"@ ".utf8.contains($0) }) {
            throw APIError(code: 273, message: "The sip_username is invalid.", field: "sip_username")
        }
        for field in ["proxy", "outbound_proxy"] {
            guard let host = try parameters.optionalText(field, maximumLength: 255) else { continue }
            guard isHost(host) else {
                throw APIError(code: 274, message: "The \(field) is invalid.", field: field)
            }
        }
        return Address(
            user: user, proxy: try parameters.optionalText("proxy", maximumLength: 255),
            outboundProxy: try parameters.present("outbound_proxy", maximumLength: 255),
            authUser: try parameters.present("auth_user", maximumLength: 255),
            password: try parameters.present("password", maximumLength: 255))
    }

    /// A host name or address with an optional port.
    private static func isHost(_ text: String) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), !parts[0].isEmpty,
            parts[0].utf8.allSatisfy({ byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
            })
        else { return false }
        return parts.count == 1 || Int(parts[1]).map { (1...65_535).contains($0) } ?? false
    }

    private static func insert(
        _ user: String, _ proxy: String, _ address: Address, _ call: MethodCall
    ) throws -> Int64 {
        let target = try target(call)
        let renewal = SQLValue.integer(Subscription.month(after: call.now).seconds)
        let price = call.configuration.sipRegistrationPrice(call.account.currency)
        let row = try call.transaction.queryOne(
            """
            INSERT INTO sip_registration (account_id, username, proxy, auth_user, outbound_proxy, password, is_persistent,
                application_id, rule_id, user_id, price, purchased_at, renewal_at, due_at, updated_at, modified_at,
                contact_user)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
            """,
            [
                call.owner, .text(user), .text(proxy), clearable(address.authUser), clearable(address.outboundProxy),
                clearable(address.password), .flag(try call.parameters.flag("is_persistent", default: true)),
                .optional(target.application), .optional(target.rule), .optional(target.user),
                .integer(price.millionths), .integer(call.now.seconds), renewal, renewal, .integer(call.now.seconds),
                .integer(call.now.seconds), .text(RandomToken.hexadecimal(bytes: 16)),
            ])
        return try row?.integer("id") ?? 0
    }

    /// A registration that is not persistent lives while a user is registered, so it must have one.
    private static func checkUser(of id: Int64, _ call: MethodCall) throws {
        let row = try call.transaction.queryOne(
            "SELECT id FROM sip_registration WHERE id = ? AND account_id = ? AND is_persistent = 0 AND user_id IS NULL",
            [.integer(id), call.owner])
        guard row == nil else {
            throw APIError.required("user_id", "or user_name is required unless is_persistent is true")
        }
    }

    private static func clearable(_ text: String?) -> SQLValue {
        guard let text, !text.isEmpty else { return .null }
        return .text(text)
    }

    /// The first month is paid at once.
    private static func pay(_ id: Int64, name: String, _ call: MethodCall) throws {
        let price = call.configuration.sipRegistrationPrice(call.account.currency)
        guard !price.isZero else { return }
        let ledger = LedgerStore(transaction: call.transaction)
        let available = try ledger.funds(of: call.account.id, at: call.now).available()
        guard try !available.isLess(than: price) else { throw APIError.insufficientMoney }
        let entry = LedgerEntry(
            key: IdempotencyKey(rawValue: "sip_registration-\(id)"), kind: .sipRegistrationCharge,
            amount: try price.multiplied(by: -1), text: name)
        try ledger.book(entry, for: call.account.id, at: call.now)
    }

    private static func update(_ call: MethodCall) throws -> MethodResult {
        let filter = try selected(call)
        guard let address = try address(call) else { return .done() }
        var change = RowChange()
        change.set("username", address.user.map(SQLValue.text))
        change.set("proxy", address.proxy.map(SQLValue.text))
        change.set("outbound_proxy", clearable: address.outboundProxy)
        change.set("auth_user", clearable: address.authUser)
        change.set("password", clearable: address.password)
        let target = try target(call)
        change.set("application_id", target.application.map { .integer($0) })
        change.set("rule_id", target.rule.map { .integer($0) })
        change.set("user_id", target.user.map { .integer($0) })
        if let isPersistent = try call.parameters.optionalFlag("is_persistent") {
            change.set("is_persistent", flag: isPersistent)
        }
        change.set("modified_at", .integer(call.now.seconds))
        try change.apply(to: "sip_registration", where: filter, in: call.transaction)
        try checkUser(of: try call.parameters.integer("sip_registration_id"), call)
        return .done(effects: [.registrationsChanged, .directoryChanged(call.account.id)])
    }

    private static func bind(_ call: MethodCall) throws -> MethodResult {
        let filter = try selected(call)
        let target = try target(call)
        let isBound = try call.parameters.flag("bind", default: true)
        var change = RowChange()
        let columns = [
            ("application_id", target.application), ("rule_id", target.rule), ("user_id", target.user),
        ]
        guard columns.contains(where: { $0.1 != nil }) else {
            throw APIError.required("application_id", "or a rule or a user is required")
        }
        for (column, id) in columns {
            guard let id else { continue }
            change.set(column, isBound ? .integer(id) : .null)
        }
        change.set("modified_at", .integer(call.now.seconds))
        try change.apply(to: "sip_registration", where: filter, in: call.transaction)
        try checkUser(of: try call.parameters.integer("sip_registration_id"), call)
        return .done(effects: [.registrationsChanged, .directoryChanged(call.account.id)])
    }

    private static func delete(_ call: MethodCall) throws -> MethodResult {
        var change = RowChange()
        change.set("deactivated", flag: true)
        change.set("password", .null)
        change.set("modified_at", .integer(call.now.seconds))
        try change.apply(to: "sip_registration", where: try selected(call), in: call.transaction)
        return .done(effects: [.registrationsChanged, .directoryChanged(call.account.id)])
    }

    private static let idInvalid = APIError(
        code: 275, message: "The sip_registration_id is invalid.", field: "sip_registration_id")

    /// The account's registration in use that the request names.
    private static func selected(_ call: MethodCall) throws -> QueryFilter {
        var filter = QueryFilter("account_id = ?", call.owner)
        filter.add("deactivated = ?", .flag(false))
        filter.add("id = ?", .integer(try call.parameters.integer("sip_registration_id")))
        guard try filter.total(in: call.transaction, from: "sip_registration") == 1 else { throw idInvalid }
        return filter
    }

    private struct Target {
        let application: Int64?
        let rule: Int64?
        let user: Int64?
    }

    /// Application, rule and user that the request names; they must belong together.
    private static func target(_ call: MethodCall) throws -> Target {
        let application = try call.optionalApplication()
        let rule = try RuleMethods.optionalRule(call)
        if let application, let rule {
            try NumberMethods.check(rule, belongsTo: application, call)
        }
        let user = try application.flatMap { try UserMethods.optionalUser(in: $0.id, call) }
        if user == nil, try call.parameters.optionalEither("user_id", "user_name") != nil {
            throw APIError.required("application_id", "or application_name is required")
        }
        return Target(application: application?.id.rawValue, rule: rule?.rawValue, user: user?.rawValue)
    }
}
