import Billing

/// What the controller remembers of a portal's account; a field is nil until its step has run.
struct AccountRecord: Sendable, Equatable {
    var portal: PortalID
    var name: String
    var password: Secret
    var accountID: Int64?
    var apiKey: Secret?
    /// The master whose service account commands the account; nil for one with an API key.
    var master: Currency?
    var applicationID: Int64?
    /// The full name: the domain at which the account's users register.
    var applicationName: String?
    var scenarioID: Int64?
    var scenarioVersion: Int64?
    /// Of the text that the account runs, so that a changed constant is noticed.
    var scenarioDigest: String?
    var ruleID: Int64?

    /// What commands the account; nil until it is made.
    var credentials: PlatformAccess.Credentials? {
        get {
            guard let accountID else { return nil }
            if let apiKey { return PlatformAccess.Credentials(accountID: accountID, apiKey: apiKey) }
            return master.map { PlatformAccess.Credentials(accountID: accountID, proof: .master($0)) }
        }
        set {
            accountID = newValue?.accountID
            (apiKey, master) = (nil, nil)
            switch newValue?.proof {
            case .apiKey(let key): apiKey = key
            case .master(let currency): master = currency
            case nil: break
            }
        }
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
