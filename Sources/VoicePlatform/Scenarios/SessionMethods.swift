import Billing
import CallControl
import Storage

/// StartScenarios, StartConference.
enum SessionMethods {
    static let all: [APIMethod] = [
        .start("StartScenarios", for: .scenarioWriters) { try start($0, conference: nil) },
        .start("StartConference", for: .scenarioWriters) { call in
            let name = try call.parameters.text("conference_name", maximumLength: 200)
            guard name.count < 50 else { throw APIError.invalid("conference_name", "must be shorter than 50") }
            return try start(call, conference: name)
        },
    ]

    private static func start(_ call: MethodCall, conference: String?) throws -> ScenarioStart {
        try call.parameters.refuse(["with_check_url"])
        guard let rule = try RuleMethods.optionalRule(call) else {
            throw APIError.required("rule_id")
        }
        guard !call.account.isFrozen else { throw APIError.insufficientMoney }
        let balance = try AccountStore(transaction: call.transaction).balance(of: call.account)
        guard try !balance.adding(call.account.creditLimit).isNegative else { throw APIError.insufficientMoney }
        let reader = DirectoryReader(transaction: call.transaction, platformDomain: call.configuration.domain)
        guard let plan = try reader.plan(rule: rule, account: call.account) else {
            throw APIError(code: 375, message: "No scenario is bound to the rule.", field: "rule_id")
        }
        return ScenarioStart(
            plan: plan, userID: try UserMethods.optionalUser(in: plan.applicationID, call),
            customData: try call.parameters.optionalText("script_custom_data", maximumLength: 65_536),
            initiatorAddress: try call.parameters.optionalText("reference_ip", maximumLength: 64) ?? "",
            conferenceName: conference)
    }
}
