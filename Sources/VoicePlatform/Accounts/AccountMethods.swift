import Billing
import CallControl
import OutsideRequests
import Storage

/// AddAccount, GetAccountInfo, SetAccountInfo.
enum AccountMethods {
    static let all: [APIMethod] = [
        .write("AddAccount", for: .administrators, access: .parent, addAccount),
        .read("GetAccountInfo") { call in
            let balance = try shownBalance(of: call.account, call)
            let settings = try AccountSettings(transaction: call.transaction).json(of: call.account.id)
            return .members([
                "result": call.account.json(balance: balance, settings: settings),
                "api_address": .optional(call.configuration.publicURL),
            ])
        },
        .write("SetAccountInfo", for: .administrators, setAccountInfo),
    ]

    /// The balance, or the live one when the request asks for it.
    static func shownBalance(of account: Account, _ call: MethodCall) throws -> Money {
        let balances = try AccountStore(transaction: call.transaction).balances(of: account, at: call.now)
        return try call.parameters.flag("return_live_balance") ? balances.live : balances.fixed
    }

    private static func addAccount(_ call: MethodCall) throws -> MethodResult {
        guard call.account.isMaster else {
            throw APIError(code: 104, message: "A child account can't have child accounts.")
        }
        let name = try call.parameters.text("account_name", maximumLength: 200)
        let email = try call.parameters.text("account_email", maximumLength: 300)
        let password = try call.parameters.text("account_password", maximumLength: 300)
        try NameRules.checkAccountName(name)
        try NameRules.checkEmail(email, field: "account_email")
        try NameRules.checkPassword(password, field: "account_password")
        let key = APIKey.ofChild(name: name, parent: try call.masterKey())
        let isActive = try call.parameters.flag("active")
        // The password is checked and forgotten: accounts authenticate with their key only.
        let new = AccountStore.NewAccount(
            parentID: call.account.id, name: name, email: email, apiKey: key, currency: call.account.currency,
            creditLimit: .zero(call.account.currency), isActive: isActive,
            languageCode: try call.parameters.optionalText("language_code", maximumLength: 16) ?? "en",
            firstName: try call.parameters.optionalText("account_first_name", maximumLength: 256),
            lastName: try call.parameters.optionalText("account_last_name", maximumLength: 256),
            location: try call.parameters.optionalText("location", maximumLength: 64),
            customData: try call.parameters.optionalText("account_custom_data", maximumLength: 8191),
            notifies: try call.parameters.flag("account_notifications"))
        let id = try refusingDuplicate([
            "account.name": APIError(code: 106, message: "The account name is used.", field: "account_name"),
            "account.email": APIError(code: 128, message: "The account e-mail is used.", field: "account_email"),
        ]) { try AccountStore(transaction: call.transaction).insert(new, at: call.now) }
        return .done([
            "account_id": .integer(id.rawValue), "api_key": .string(key.text), "active": .bool(isActive),
        ])
    }

    private static func setAccountInfo(_ call: MethodCall) throws -> MethodResult {
        let parameters = call.parameters
        var change = try profileChange(parameters, prefix: "", currency: call.account.currency)
        change.set("first_name", clearable: try parameters.present("account_first_name", maximumLength: 256))
        change.set("last_name", clearable: try parameters.present("account_last_name", maximumLength: 256))
        change.set("custom_data", clearable: try parameters.present("account_custom_data", maximumLength: 8191))
        if let url = try parameters.present("callback_url", maximumLength: 2048) {
            guard url.isEmpty || OutsideAddress(url, policy: call.configuration.callbacks) != nil else {
                throw APIError(code: 398, message: "The callback URL is invalid.", field: "callback_url")
            }
            change.set("callback_url", clearable: url)
        }
        if let salt = try parameters.present("callback_salt") {
            guard salt.utf8.count < 40 else {
                throw APIError(code: 399, message: "The salt must be shorter than 40.", field: "callback_salt")
            }
            change.set("callback_salt", clearable: salt)
        }
        try apply(change, to: QueryFilter("id = ?", call.owner), emailField: "new_account_email", call)
        try AccountSettings(transaction: call.transaction).set(
            AccountSettings.ofAccount, from: parameters, for: [call.account.id])
        return .done()
    }

    /// What a parent may change of its child and an account of itself.
    static func profileChange(
        _ parameters: MethodParameters, prefix: String, currency: Currency
    ) throws -> RowChange {
        var change = RowChange()
        let emailField = "new_\(prefix)account_email"
        if let email = try parameters.optionalText(emailField, maximumLength: 300) {
            try NameRules.checkEmail(email, field: emailField)
            change.set("email", .text(email.lowercased()))
        }
        let passwordField = "new_\(prefix)account_password"
        if let password = try parameters.optionalText(passwordField, maximumLength: 300) {
            try NameRules.checkPassword(password, field: passwordField)
        }
        change.set("language_code", try parameters.optionalText("language_code", maximumLength: 16).map(SQLValue.text))
        change.set("location", clearable: try parameters.present("location", maximumLength: 64))
        change.set("notifications", flag: try parameters.optionalFlag("account_notifications"))
        let minimum = try parameters.optionalMoney("min_balance_to_notify", currency)
        change.set("min_balance_to_notify", minimum.map { .integer($0.millionths) })
        return change
    }

    static func apply(
        _ change: RowChange, to filter: QueryFilter, emailField: String, _ call: MethodCall
    ) throws {
        try refusingDuplicate([
            "account.email": APIError(code: 128, message: "The account e-mail is used.", field: emailField)
        ]) { _ = try change.apply(to: "account", where: filter, in: call.transaction) }
    }
}
