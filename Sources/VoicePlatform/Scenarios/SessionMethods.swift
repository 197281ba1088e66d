import Billing
import CallControl
import Storage

/// StartScenarios.
enum SessionMethods {
    static let all: [APIMethod] = [
        APIMethod(name: "StartScenarios", access: .account, work: .start(startScenarios))
    ]

    private static func startScenarios(_ call: MethodCall) throws -> ScenarioStart {
        guard let rule = try RuleMethods.optionalRule(call) else {
            throw APIError.invalid("rule_id", "is required")
        }
        guard !call.account.isFrozen else { throw APIError.insufficientMoney }
        let balance = try AccountStore(transaction: call.transaction).balance(of: call.account)
        guard try !balance.adding(call.account.creditLimit).isNegative else { throw APIError.insufficientMoney }
        let reader = DirectoryReader(transaction: call.transaction, platformDomain: call.configuration.domain)
        guard let plan = try reader.plan(rule: rule, account: call.account) else {
            throw APIError(code: 375, message: "No scenario is bound to the rule.", field: "rule_id")
        }
        return ScenarioStart(
            plan: plan, userID: try user(call, plan.applicationID),
            customData: try call.parameters.optionalText("script_custom_data", maximumLength: 65_536),
            initiatorAddress: try call.parameters.optionalText("reference_ip", maximumLength: 64) ?? "")
    }

    private static func user(_ call: MethodCall, _ application: ApplicationID) throws -> UserID? {
        guard let wanted = try call.parameters.optionalEither("user_id", "user_name") else { return nil }
        guard case .listed(let items) = wanted.value, items.count == 1 else {
            throw APIError.invalid(wanted.name, "must name one user")
        }
        let isID = wanted.name == "user_id"
        let row = try call.transaction.queryOne(
            "SELECT id FROM app_user WHERE account_id = ? AND application_id = ? AND \(isID ? "id" : "name") = ?",
            [call.owner, .integer(application.rawValue), isID ? .integer(Int64(items[0]) ?? -1) : .text(items[0])])
        guard let row else { throw APIError(code: 117, message: "The user_id is invalid.", field: wanted.name) }
        return UserID(rawValue: try row.integer("id"))
    }
}
