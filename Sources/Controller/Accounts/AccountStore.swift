import Billing
import Storage

/// Accounts, users and numbers in the database; the accounts' rows are in memory, too, as every call looks at its own.
struct AccountStore: Sendable {
    let database: Database
    private let rows = RowMemory<PortalID, AccountRecord>()

    init(database: Database) { self.database = database }

    func find(_ portal: PortalID) async throws -> AccountRecord? {
        try await rows.value(portal) {
            try await database.read { transaction in
                try transaction.queryOne("SELECT * FROM account WHERE portal_id = ?", [.text(portal.rawValue)])
                    .map(AccountRecord.init)
            }
        }
    }

    /// Writes the record, new or changed.
    func save(_ record: AccountRecord) async throws {
        try await database.write { transaction in
            try transaction.execute(
                """
                INSERT INTO account (portal_id, account_name, account_password, account_id, api_key, master_currency,
                    application_id, application_name, scenario_id, scenario_version, scenario_digest, rule_id)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (portal_id) DO UPDATE SET account_id = excluded.account_id, api_key = excluded.api_key,
                    master_currency = excluded.master_currency, application_id = excluded.application_id, application_name = excluded.application_name,
                    scenario_id = excluded.scenario_id, scenario_version = excluded.scenario_version,
                    scenario_digest = excluded.scenario_digest, rule_id = excluded.rule_id
                """,
                [
                    .text(record.portal.rawValue), .text(record.name), .text(record.password.revealed),
                    .optional(record.accountID), .optional(record.apiKey?.revealed), .optional(record.master?.code),
                    .optional(record.applicationID),
                    .optional(record.applicationName), .optional(record.scenarioID),
                    .optional(record.scenarioVersion), .optional(record.scenarioDigest), .optional(record.ruleID),
                ])
        }
        rows.forget(record.portal)
    }

    /// A user's password, and whether the platform has it.
    struct User: Sendable, Equatable {
        var password: Secret
        var isReady: Bool
    }

    /// The user, made with `password` when there is none yet; the password of the first time stays.
    func user(_ name: String, _ portal: PortalID, password: Secret) async throws -> User {
        try await database.write { transaction in
            try transaction.execute(
                """
                INSERT INTO platform_user (portal_id, user_name, password, is_ready) VALUES (?, ?, ?, 0)
                ON CONFLICT (portal_id, user_name) DO NOTHING
                """, [.text(portal.rawValue), .text(name), .text(password.revealed)])
            let row = try transaction.queryOne(
                "SELECT password, is_ready FROM platform_user WHERE portal_id = ? AND user_name = ?",
                [.text(portal.rawValue), .text(name)])
            guard let row else { return User(password: password, isReady: false) }
            return User(password: Secret(try row.text("password")), isReady: try row.flag("is_ready"))
        }
    }

    func markReady(_ name: String, _ portal: PortalID) async throws {
        try await database.write { transaction in
            try transaction.execute(
                "UPDATE platform_user SET is_ready = 1 WHERE portal_id = ? AND user_name = ?",
                [.text(portal.rawValue), .text(name)])
        }
    }

    func isBound(_ number: String, _ portal: PortalID) async throws -> Bool {
        try await database.read { transaction in
            try transaction.queryOne(
                "SELECT is_bound FROM platform_number WHERE portal_id = ? AND phone_number = ?",
                [.text(portal.rawValue), .text(number)])?.flag("is_bound") ?? false
        }
    }

    func markBound(_ number: String, _ portal: PortalID) async throws {
        try await database.write { transaction in
            try transaction.execute(
                """
                INSERT INTO platform_number (portal_id, phone_number, is_bound) VALUES (?, ?, 1)
                ON CONFLICT (portal_id, phone_number) DO UPDATE SET is_bound = 1
                """, [.text(portal.rawValue), .text(number)])
        }
    }
}

extension AccountRecord {
    init(_ row: Row) throws {
        portal = PortalID(rawValue: try row.text("portal_id"))
        name = try row.text("account_name")
        password = Secret(try row.text("account_password"))
        accountID = try row.optionalInteger("account_id")
        apiKey = try row.optionalText("api_key").map(Secret.init)
        master = try row.optionalText("master_currency").flatMap(Currency.init)
        applicationID = try row.optionalInteger("application_id")
        applicationName = try row.optionalText("application_name")
        scenarioID = try row.optionalInteger("scenario_id")
        scenarioVersion = try row.optionalInteger("scenario_version")
        scenarioDigest = try row.optionalText("scenario_digest")
        ruleID = try row.optionalInteger("rule_id")
    }
}
