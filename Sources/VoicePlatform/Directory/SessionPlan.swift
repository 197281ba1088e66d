import Billing
import CallControl

/// What a session runs and for whom; decided once, when the session is admitted.
public struct SessionPlan: Sendable, Equatable {
    public let accountID: AccountID
    public let accountName: String
    public let currency: Currency
    public let applicationID: ApplicationID
    /// The application's full name, in which `callUser` finds its users.
    public let domain: String
    public let ruleID: RuleID
    public let ruleName: String
    /// In the order in which they are evaluated; never empty.
    public let scenarios: [ScenarioText]
}

/// A scenario's name and JavaScript text.
public struct ScenarioText: Sendable, Hashable {
    public let name: String
    public let script: String

    public init(name: String, script: String) {
        self.name = name
        self.script = script
    }
}

/// A session that the management API starts without a call.
public struct ScenarioStart: Sendable, Equatable {
    public let plan: SessionPlan
    public let userID: UserID?
    public let customData: String?
    public let initiatorAddress: String
    /// The conference that the session is, or joins; nil for a session of its own.
    public let conferenceName: String?
}
