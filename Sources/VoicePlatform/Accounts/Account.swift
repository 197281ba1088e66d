import Billing
import CallControl
import Storage

/// An account of the platform; a master account has no parent.
struct Account: Sendable, Equatable {
    let id: AccountID
    let parentID: AccountID?
    let name: String
    let email: String
    let currency: Currency
    let creditLimit: Money
    let isActive: Bool
    let isFrozen: Bool
    let createdAt: UnixTime
    let profile: Profile

    /// What the owner may change and the platform only stores.
    struct Profile: Sendable, Equatable {
        let firstName: String?
        let lastName: String?
        let languageCode: String
        let location: String?
        let minimumBalance: Money?
        let notifies: Bool
        let customData: String?
        let callbackURL: String?
    }

    var isMaster: Bool { parentID == nil }

    init(row: Row) throws {
        guard let currency = Currency(rawValue: try row.text("currency")) else {
            throw StorageError(code: .columnType, message: "expected a currency code", column: "currency")
        }
        id = AccountID(rawValue: try row.integer("id"))
        parentID = try row.optionalInteger("parent_id").map(AccountID.init(rawValue:))
        name = try row.text("name")
        email = try row.text("email")
        self.currency = currency
        creditLimit = Money(millionths: try row.integer("credit_limit"), currency)
        isActive = try row.flag("active")
        isFrozen = try row.flag("frozen")
        createdAt = UnixTime(seconds: try row.integer("created_at"))
        profile = Profile(
            firstName: try row.optionalText("first_name"), lastName: try row.optionalText("last_name"),
            languageCode: try row.text("language_code"), location: try row.optionalText("location"),
            minimumBalance: try row.optionalInteger("min_balance_to_notify").map { Money(millionths: $0, currency) },
            notifies: try row.flag("notifications"), customData: try row.optionalText("custom_data"),
            callbackURL: try row.optionalText("callback_url"))
    }

    /// AccountInfo of the management API.
    ///
    /// - Parameter settings: What ``AccountSettings`` knows of the account.
    func json(balance: Money, apiKey: APIKey? = nil, settings: [JSONValue.Member] = []) -> JSONValue {
        guard case .object(let own) = profileJSON(balance: balance, apiKey: apiKey) else { return .null }
        return .object(own + settings)
    }

    private func profileJSON(balance: Money, apiKey: APIKey?) -> JSONValue {
        .members([
            "api_key": .optional(apiKey?.text),
            "account_id": .integer(id.rawValue), "account_name": .string(name), "account_email": .string(email),
            "account_first_name": .optional(profile.firstName), "account_last_name": .optional(profile.lastName),
            "created": .string(DateText.utc.dateTime(createdAt)), "language_code": .string(profile.languageCode),
            "location": .optional(profile.location),
            "min_balance_to_notify": profile.minimumBalance.map { .decimal($0.decimalText) },
            "account_notifications": .bool(profile.notifies), "active": .bool(isActive), "frozen": .bool(isFrozen),
            "balance": .decimal(balance.decimalText), "credit_limit": .decimal(creditLimit.decimalText),
            "currency": .string(currency.code), "account_custom_data": .optional(profile.customData),
            "callback_url": .optional(profile.callbackURL),
        ])
    }

    /// The short form that `brief_output` asks for.
    var briefJSON: JSONValue {
        .members(["account_id": .integer(id.rawValue), "account_name": .string(name)])
    }
}
