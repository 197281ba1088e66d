import Billing
import CallControl
import VoiceEngine

/// An application with everything that a call asks of it, as it was when it was read.
struct ApplicationSnapshot: Sendable {
    let account: Account
    let applicationID: ApplicationID
    let domain: String
    /// Active users only.
    let users: [String: DirectoryUser]
    /// In the order in which they are tried.
    let rules: [DirectoryRule]
    /// Callers of the telephone network whose calls the account does not take.
    let blackList: [CallerPattern]
    /// Networks whose calls need no password.
    let whiteList: [IPNetwork]

    /// The first rule whose pattern takes the destination.
    func rule(for destination: String) -> DirectoryRule? {
        rules.first { $0.pattern.matches(destination) }
    }

    func plan(_ rule: DirectoryRule) -> SessionPlan? {
        guard !rule.scenarios.isEmpty else { return nil }
        return SessionPlan(
            accountID: account.id, accountName: account.name, currency: account.currency,
            applicationID: applicationID, domain: domain, ruleID: rule.id, ruleName: rule.name,
            scenarios: rule.scenarios)
    }
}

/// A user as SIP needs it.
public struct DirectoryUser: Sendable, Equatable {
    public let id: UserID
    public let name: String
    public let displayName: String
    public let accountID: AccountID
    public let applicationID: ApplicationID
    public let credential: UserCredential
}

/// A rule that is ready to be applied.
struct DirectoryRule: Sendable {
    let id: RuleID
    let name: String
    let pattern: RulePattern
    let scenarios: [ScenarioText]
}
