import CallControl
import Storage
import VoiceEngine

/// Reads what the directory caches.
struct DirectoryReader {
    let transaction: Transaction
    let platformDomain: String

    /// The application of a SIP domain.
    func snapshot(domain: String) throws -> ApplicationSnapshot? {
        guard let names = SIPDomain.parts(domain, platform: platformDomain),
            let account = try AccountStore(transaction: transaction).find(.name(names.account))?.account
        else { return nil }
        let row = try transaction.queryOne(
            "SELECT id FROM application WHERE account_id = ? AND name = ?",
            [.integer(account.id.rawValue), .text(names.application)])
        guard let row else { return nil }
        let id = ApplicationID(rawValue: try row.integer("id"))
        return ApplicationSnapshot(
            account: account, applicationID: id, domain: domain, users: try users(of: id), rules: try rules(of: id),
            blackList: try blackList(of: account.id), whiteList: try whiteList(of: account.id))
    }

    /// Where calls to a number go.
    func number(_ digits: String) throws -> DirectoryBinding? {
        let row = try transaction.queryOne(
            """
            SELECT p.rule_id, a.name AS application_name, c.name AS account_name FROM phone_number p
            JOIN application a ON a.id = p.application_id JOIN account c ON c.id = p.account_id
            WHERE p.number = ? AND p.deactivated = 0 AND p.frozen_at IS NULL
            """, [.text(digits)])
        return try row.map(binding)
    }

    /// Where calls that come because of a registration go.
    func registration(_ id: OutboundRegistrationID) throws -> DirectoryBinding? {
        let row = try transaction.queryOne(
            """
            SELECT s.rule_id, a.name AS application_name, c.name AS account_name FROM sip_registration s
            JOIN application a ON a.id = s.application_id JOIN account c ON c.id = s.account_id
            WHERE s.id = ? AND s.deactivated = 0 AND s.frozen_at IS NULL
            """, [.integer(id.rawValue)])
        return try row.map(binding)
    }

    private func binding(_ row: Row) throws -> DirectoryBinding {
        let domain = SIPDomain.text(
            application: try row.text("application_name"), account: try row.text("account_name"),
            platform: platformDomain)
        return DirectoryBinding(
            domain: domain, ruleID: try row.optionalInteger("rule_id").map(RuleID.init(rawValue:)))
    }

    /// What a session of a rule runs, nil when no scenario is bound to it.
    func plan(rule: RuleID, account: Account) throws -> SessionPlan? {
        let row = try transaction.queryOne(
            """
            SELECT a.name FROM call_rule r JOIN application a ON a.id = r.application_id
            WHERE r.id = ? AND r.account_id = ?
            """, [.integer(rule.rawValue), .integer(account.id.rawValue)])
        guard let row else { return nil }
        let domain = SIPDomain.text(
            application: try row.text("name"), account: account.name, platform: platformDomain)
        guard let snapshot = try snapshot(domain: domain), let found = snapshot.rules.first(where: { $0.id == rule })
        else { return nil }
        return snapshot.plan(found)
    }

    private func blackList(of account: AccountID) throws -> [CallerPattern] {
        try transaction.query("SELECT phone FROM pstn_black_list WHERE account_id = ?", [.integer(account.rawValue)])
            .compactMap { CallerPattern(try $0.text("phone")) }
    }

    private func whiteList(of account: AccountID) throws -> [IPNetwork] {
        try transaction.query(
            "SELECT network FROM sip_white_list WHERE account_id = ?", [.integer(account.rawValue)]
        ).compactMap { IPNetwork(try $0.text("network")) }
    }

    private func users(of application: ApplicationID) throws -> [String: DirectoryUser] {
        let rows = try transaction.query(
            "SELECT * FROM app_user WHERE application_id = ? AND active = 1", [.integer(application.rawValue)])
        var users: [String: DirectoryUser] = [:]
        for row in rows {
            let name = try row.text("name")
            users[name] = DirectoryUser(
                id: UserID(rawValue: try row.integer("id")), name: name, displayName: try row.text("display_name"),
                accountID: AccountID(rawValue: try row.integer("account_id")), applicationID: application,
                credential: UserCredential(
                    ha1MD5: try row.text("ha1_md5"), ha1SHA256: try row.text("ha1_sha256")))
        }
        return users
    }

    private func rules(of application: ApplicationID) throws -> [DirectoryRule] {
        let rows = try transaction.query(
            "SELECT * FROM call_rule WHERE application_id = ? ORDER BY position, id",
            [.integer(application.rawValue)])
        return try rows.map { row in
            let id = try row.integer("id")
            let scenarios = try transaction.query(
                """
                SELECT s.name, s.script FROM rule_scenario b JOIN scenario s ON s.id = b.scenario_id
                WHERE b.rule_id = ? ORDER BY b.position
                """, [.integer(id)])
            return DirectoryRule(
                id: RuleID(rawValue: id), name: try row.text("name"),
                pattern: try RulePattern(
                    pattern: try row.text("pattern"), exclude: try row.optionalText("pattern_exclude")),
                scenarios: try scenarios.map { ScenarioText(name: try $0.text("name"), script: try $0.text("script")) })
        }
    }
}

/// What a number or a registration is bound to.
struct DirectoryBinding: Sendable, Equatable {
    let domain: String
    /// Nil when the application's rules decide.
    let ruleID: RuleID?
}
