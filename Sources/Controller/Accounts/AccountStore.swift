import Billing
import Storage

/// Accounts, users and numbers in the database; the accounts' rows are in memory, too, as every call looks at its own.
struct AccountStore: Sendable {
    let database: Database
    let secrets: StoredSecrets
    private let rows: RowMemory<PortalID, AccountRecord>

    init(database: Database, secrets: StoredSecrets) {
        self.database = database
        self.secrets = secrets
        rows = RowMemory(of: database, changes: .accounts) { PortalID(rawValue: $0) }
    }

    func find(_ portal: PortalID) async throws -> AccountRecord? {
        try await rows.value(portal) { try await read(portal) }
    }

    /// The row itself, for whoever holds the account's lock: another controller may have changed it a moment ago.
    func read(_ portal: PortalID) async throws -> AccountRecord? {
        try await database.read { transaction in
            try transaction.queryOne("SELECT * FROM account WHERE portal_id = ?", [.text(portal.rawValue)])
                .map { try AccountRecord($0, secrets) }
        }
    }

    /// Writes the record, new or changed.
    func save(_ record: AccountRecord) async throws {
        try await database.write { transaction in
            let before = try transaction.queryOne(
                "SELECT scenario_version FROM account WHERE portal_id = ?", [.text(record.portal.rawValue)])
            try ScenarioVersionStore.count(
                from: before?.optionalInteger("scenario_version"), to: record.scenarioVersion, in: transaction)
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
                    .text(record.portal.rawValue), .text(record.name),
                    .text(secrets.sealed(record.password, AccountRecord.passwordPlace(record.portal))),
                    .optional(record.accountID),
                    .optional(record.apiKey.map { secrets.sealed($0, AccountRecord.keyPlace(record.portal)) }),
                    .optional(record.master?.code),
                    .optional(record.applicationID),
                    .optional(record.applicationName), .optional(record.scenarioID),
                    .optional(record.scenarioVersion), .optional(record.scenarioDigest), .optional(record.ruleID),
                ])
            try transaction.notify(.accounts, record.portal.rawValue)
        }
        rows.forget(record.portal)
    }

    /// The account's users by name, with whether each is let in.
    func users(_ portal: PortalID) async throws -> [(login: String, isEnabled: Bool)] {
        try await database.read { transaction in
            try transaction.query(
                "SELECT user_name, is_enabled FROM platform_user WHERE portal_id = ? ORDER BY user_name LIMIT 10000",
                [.text(portal.rawValue)]
            ).map { (try $0.text("user_name"), try $0.flag("is_enabled")) }
        }
    }

    /// The account's numbers that are bound to its application.
    func numbers(_ portal: PortalID) async throws -> [String] {
        try await database.read { transaction in
            try transaction.query(
                """
                SELECT phone_number FROM platform_number WHERE portal_id = ? AND is_bound = 1
                ORDER BY phone_number LIMIT 10000
                """, [.text(portal.rawValue)]
            ).map { try $0.text("phone_number") }
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
    // Where the secrets lie; they are sealed for their place.
    static func passwordPlace(_ portal: PortalID) -> String { "account.account_password/\(portal)" }
    static func keyPlace(_ portal: PortalID) -> String { "account.api_key/\(portal)" }

    init(_ row: Row, _ secrets: StoredSecrets) throws {
        portal = PortalID(rawValue: try row.text("portal_id"))
        name = try row.text("account_name")
        password = try secrets.opened(try row.text("account_password"), Self.passwordPlace(portal))
        accountID = try row.optionalInteger("account_id")
        master = try row.optionalText("master_currency").flatMap(Currency.init)
        apiKey = try row.optionalText("api_key").map { try secrets.opened($0, Self.keyPlace(portal)) }
        applicationID = try row.optionalInteger("application_id")
        applicationName = try row.optionalText("application_name")
        scenarioID = try row.optionalInteger("scenario_id")
        scenarioVersion = try row.optionalInteger("scenario_version")
        scenarioDigest = try row.optionalText("scenario_digest")
        ruleID = try row.optionalInteger("rule_id")
    }
}
