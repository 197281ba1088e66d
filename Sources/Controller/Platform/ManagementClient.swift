import Foundation

/// The voice platform's management API, as far as the controller commands it.
///
/// Each method is one command. `Add…` commands run at most once and say with `isDuplicate` that the object exists;
/// the others are repeated when no answer came, because they do the same again.
struct ManagementClient: Sendable {
    typealias Credentials = PlatformAccess.Credentials

    let transport: ManagementTransport
    let tokens: ServiceTokens

    /// The names under which account and API key go into the form.
    struct ProofNames: Sendable {
        var account: String
        var key: String

        static let own = ProofNames(account: "account_id", key: "api_key")
        /// Where a parent makes a child, whose own name is a parameter as well.
        static let parent = ProofNames(account: "parent_account_id", key: "parent_account_api_key")
    }

    /// Sends a command with the account's proof: its API key in the form, or a token in the header.
    func send(
        _ method: String, _ credentials: Credentials, isRepeatable: Bool = true, names: ProofNames = .own,
        _ parameters: [(String, String)]
    ) async throws(ManagementError) -> JSONValue {
        var (fields, token) = (parameters, String?.none)
        switch credentials.proof {
        case .apiKey(let key):
            fields = [(names.account, String(credentials.accountID)), (names.key, key.revealed)] + fields
        case .master(let currency):
            token = try tokens.token(for: credentials.accountID, master: currency, method)
        }
        return try await transport.send(
            method, fields.map { FormFields.Field(name: $0.0, value: $0.1) }, isRepeatable: isRepeatable, token: token)
    }

    /// How the controller commands a child: by the master's service account where there is one, else by its own key.
    private func child(
        _ id: Int64, _ method: String, _ answer: JSONValue, of parent: Credentials
    ) throws(ManagementError) -> Credentials {
        if case .master = parent.proof { return Credentials(accountID: id, proof: parent.proof) }
        return Credentials(
            accountID: id, apiKey: Secret(try required(method, "api_key", answer["api_key"]?.string)))
    }

    private func required<Value>(_ method: String, _ name: String, _ value: Value?) throws(ManagementError) -> Value {
        guard let value else { throw ManagementError(method: method, kind: .wrongAnswer("field \(name) is missing")) }
        return value
    }

    // MARK: Accounts

    /// Makes a child account of the master account.
    func addAccount(
        name: String, email: String, password: Secret, parent: Credentials
    ) async throws(ManagementError) -> Credentials {
        let method = "AddAccount"
        let answer = try await send(
            method, parent, isRepeatable: false, names: .parent,
            [
                ("account_name", name), ("account_email", email), ("account_password", password.revealed),
                ("active", "true"),
            ])
        let id = try required(method, "account_id", answer["account_id"]?.int64)
        return try child(id, method, answer, of: parent)
    }

    /// The child account of that name; nil when the master account has none.
    func findAccount(name: String, parent: Credentials) async throws(ManagementError) -> Credentials? {
        let method = "GetChildrenAccounts"
        let answer = try await send(
            method, parent, [("child_account_name", name), ("ignore_invalid_accounts", "true")])
        guard let found = answer["result"]?.elements.first(where: { $0["account_name"]?.string == name }) else {
            return nil
        }
        return try child(
            try required(method, "account_id", found["account_id"]?.int64), method, found, of: parent)
    }

    /// Name and money of an account; the balance is the decimal text or number that the platform gave.
    func accountInfo(_ account: Credentials) async throws(ManagementError) -> JSONValue {
        let method = "GetAccountInfo"
        let answer = try await send(method, account, [("return_live_balance", "true")])
        return try required(method, "result", answer["result"])
    }

    // MARK: Application, scenario, rule

    /// An application by its identifier and full name, which is the SIP domain.
    struct Application: Sendable, Equatable {
        var id: Int64
        var fullName: String
    }

    func addApplication(name: String, _ account: Credentials) async throws(ManagementError) -> Application {
        let method = "AddApplication"
        let answer = try await send(method, account, isRepeatable: false, [("application_name", name)])
        return Application(
            id: try required(method, "application_id", answer["application_id"]?.int64),
            fullName: try required(method, "application_name", answer["application_name"]?.string))
    }

    func findApplication(name: String, _ account: Credentials) async throws(ManagementError) -> Application? {
        let method = "GetApplications"
        let answer = try await send(method, account, [("application_name", name), ("count", "100")])
        for found in answer["result"]?.elements ?? [] {
            guard let fullName = found["application_name"]?.string,
                fullName == name || fullName.hasPrefix(name + ".")
            else { continue }
            return Application(
                id: try required(method, "application_id", found["application_id"]?.int64), fullName: fullName)
        }
        return nil
    }

    func addScenario(
        name: String, script: String, application: Int64, _ account: Credentials
    ) async throws(ManagementError) -> Int64 {
        let method = "AddScenario"
        let answer = try await send(
            method, account, isRepeatable: false, [("scenario_name", name), ("scenario_script", script)])
        return try required(method, "scenario_id", answer["scenario_id"]?.int64)
    }

    func findScenario(name: String, _ account: Credentials) async throws(ManagementError) -> Int64? {
        let answer = try await send("GetScenarios", account, [("scenario_name", name), ("count", "100")])
        // A filter by name finds parts of names, and a child is shown its parent's scenarios, which it cannot change.
        return answer["result"]?.elements.first {
            $0["scenario_name"]?.string == name && $0["parent"] != true
        }?["scenario_id"]?.int64
    }

    /// Not repeated by itself: a caller may be waiting, and the next call tries again.
    func setScenario(id: Int64, script: String, _ account: Credentials) async throws(ManagementError) {
        _ = try await send(
            "SetScenarioInfo", account, isRepeatable: false,
            [("scenario_id", String(id)), ("scenario_script", script)])
    }

    /// Has the rule run the scenario; again changes nothing.
    func bindScenario(
        _ id: Int64, rule: Int64, application: Int64, _ account: Credentials
    ) async throws(ManagementError) {
        _ = try await send(
            "BindScenario", account,
            [("scenario_id", String(id)), ("rule_id", String(rule)), ("application_id", String(application))])
    }

    func addRule(
        name: String, pattern: String, scenario: Int64, application: Int64, _ account: Credentials
    ) async throws(ManagementError) -> Int64 {
        let method = "AddRule"
        let answer = try await send(
            method, account, isRepeatable: false,
            [
                ("application_id", String(application)), ("rule_name", name), ("rule_pattern", pattern),
                ("scenario_id", String(scenario)),
            ])
        return try required(method, "rule_id", answer["rule_id"]?.int64)
    }

    func findRule(name: String, application: Int64, _ account: Credentials) async throws(ManagementError) -> Int64? {
        let answer = try await send(
            "GetRules", account,
            [("application_id", String(application)), ("rule_name", name), ("count", "100")])
        return answer["result"]?.elements.first { $0["rule_name"]?.string == name }?["rule_id"]?.int64
    }

    // MARK: Users

    func addUser(
        name: String, password: Secret, application: Int64, _ account: Credentials
    ) async throws(ManagementError) {
        _ = try await send(
            "AddUser", account, isRepeatable: false,
            [
                ("user_name", name), ("user_display_name", name), ("user_password", password.revealed),
                ("application_id", String(application)),
            ])
    }

    /// Sets password and admission of a user; what does not fit any more ends, registrations among it.
    func setUser(
        _ name: String, password: Secret, isActive: Bool, application: Int64, _ account: Credentials
    ) async throws(ManagementError) {
        _ = try await send(
            "SetUserInfo", account,
            [
                ("user_name", name), ("application_id", String(application)), ("user_password", password.revealed),
                ("user_active", isActive ? "true" : "false"),
            ])
    }

    /// Takes a user away for good; his registrations end.
    ///
    /// - Throws: `ManagementError` whose ``ManagementError/isUnknownUser`` says that there is none.
    func deleteUser(_ name: String, application: Int64, _ account: Credentials) async throws(ManagementError) {
        _ = try await send("DelUser", account, [("user_name", name), ("application_id", String(application))])
    }
}
