/// What the controller remembers of a portal's account; a field is nil until its step has run.
struct AccountRecord: Sendable, Equatable {
    var portal: PortalID
    var name: String
    var password: Secret
    var accountID: Int64?
    var apiKey: Secret?
    var applicationID: Int64?
    /// The full name: the domain at which the account's users register.
    var applicationName: String?
    var scenarioID: Int64?
    var scenarioVersion: Int64?
    /// Of the text that the account runs, so that a changed constant is noticed.
    var scenarioDigest: String?
    var ruleID: Int64?

    var credentials: PlatformAccess.Credentials? {
        guard let accountID, let apiKey else { return nil }
        return PlatformAccess.Credentials(accountID: accountID, apiKey: apiKey)
    }

    /// All steps done: ready for calls.
    var account: Account? {
        guard let credentials, let applicationID, let applicationName, let scenarioID, let ruleID else { return nil }
        return Account(
            name: name, credentials: credentials, applicationID: applicationID, domain: applicationName,
            scenarioID: scenarioID, ruleID: ruleID)
    }
}

/// A portal's account at the voice platform with everything that calls need.
struct Account: Sendable, Equatable {
    var name: String
    var credentials: PlatformAccess.Credentials
    var applicationID: Int64
    var domain: String
    var scenarioID: Int64
    var ruleID: Int64
}
