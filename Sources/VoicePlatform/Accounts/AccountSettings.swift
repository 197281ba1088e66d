import CallControl
import Storage

/// Settings of an account that the API keeps and shows; of these the platform itself acts on `send_js_error` only.
struct AccountSettings {
    let transaction: Transaction

    struct Field: Sendable {
        let name: String
        let isFlag: Bool

        static func flag(_ name: String) -> Field { Field(name: name, isFlag: true) }
        static func text(_ name: String) -> Field { Field(name: name, isFlag: false) }
    }

    static let sendsScriptErrors = "send_js_error"

    /// What an account may set itself.
    static let ofAccount: [Field] = [
        .flag("tariff_changing_notifications"), .flag("news_notifications"), .flag(sendsScriptErrors),
        .text("billing_address_name"), .text("billing_address_country_code"), .text("billing_address_address"),
        .text("billing_address_zip"), .text("billing_address_phone"), .text("billing_address_state"),
    ]

    /// What its parent may set.
    static let ofChild: [Field] = [
        .flag("tariff_changing_notifications"), .flag("news_notifications"), .flag("support_robokassa"),
        .flag("support_bank_card"), .flag("support_invoice"), .flag("can_use_restricted"),
    ]

    /// Stores those of the fields that the request has; an empty text takes a setting away.
    func set(_ fields: [Field], from parameters: MethodParameters, for accounts: [AccountID]) throws {
        for field in fields {
            guard let text = try parameters.present(field.name, maximumLength: 512) else { continue }
            let value = field.isFlag ? try parameters.optionalFlag(field.name).map { "\($0)" } ?? "" : text
            for account in accounts { try set(field.name, value, for: account) }
        }
    }

    private func set(_ name: String, _ value: String, for account: AccountID) throws {
        guard !value.isEmpty else {
            try transaction.execute(
                "DELETE FROM account_setting WHERE account_id = ? AND name = ?",
                [.integer(account.rawValue), .text(name)])
            return
        }
        try transaction.execute(
            """
            INSERT INTO account_setting (account_id, name, value) VALUES (?, ?, ?)
            ON CONFLICT (account_id, name) DO UPDATE SET value = excluded.value
            """, [.integer(account.rawValue), .text(name), .text(value)])
    }

    func isOn(_ name: String, for account: AccountID) throws -> Bool {
        try transaction.queryOne(
            "SELECT value FROM account_setting WHERE account_id = ? AND name = ?",
            [.integer(account.rawValue), .text(name)])?.text("value") == "true"
    }

    /// Members of AccountInfo.
    func json(of account: AccountID) throws -> [JSONValue.Member] {
        let flags = Set((Self.ofAccount + Self.ofChild).filter(\.isFlag).map(\.name))
        return try transaction.query(
            "SELECT name, value FROM account_setting WHERE account_id = ? ORDER BY name",
            [.integer(account.rawValue)]
        ).map { row in
            let (name, value) = (try row.text("name"), try row.text("value"))
            return .init(name, flags.contains(name) ? .bool(value == "true") : .string(value))
        }
    }
}
