import CallControl
import PhoneNumbers
import Testing
import VoiceEngine

@testable import VoicePlatform

@Suite struct DialPlanTests {
    private static func route(
        _ name: String, _ prefixes: [String] = [], format: TrunkNumberFormat = .plainDigits,
        callerID: CallerIDRule = CallerIDRule(), users: [String] = []
    ) -> NumberRoute {
        NumberRoute(
            trunk: TrunkName(rawValue: name), prefixes: prefixes, format: format, callerID: callerID,
            users: TrunkUsers(domains: users))
    }

    private static func names(_ plan: DialPlan, _ digits: String, from application: String = "app.acme.test")
        -> [String]
    {
        plan.ways(to: digits, callerID: "74012000000", application: application).map(\.trunk.rawValue)
    }

    @Test func `the longest prefix comes first, then the operator's order`() {
        let plan = DialPlan([
            Self.route("world"), Self.route("russia", ["7", "380"]), Self.route("moscow", ["7495"]),
            Self.route("spare"), Self.route("kiev", ["38044"]),
        ])
        #expect(Self.names(plan, "74954451120") == ["moscow", "russia", "world", "spare"])
        #expect(Self.names(plan, "380441234567") == ["kiev", "russia", "world", "spare"])
        #expect(Self.names(plan, "4930123456") == ["world", "spare"])
        #expect(Self.names(DialPlan([Self.route("russia", ["7"])]), "4930123456") == [])
        #expect(DialPlan().isEmpty && !plan.isEmpty)
    }

    @Test func `a trunk of one account is nobody else's`() {
        let plan = DialPlan([Self.route("acme", users: [".acme.test"]), Self.route("all")])
        #expect(Self.names(plan, "74954451120") == ["acme", "all"])
        #expect(Self.names(plan, "74954451120", from: "app.other.test") == ["all"])
    }

    @Test func `callee and caller are written as the trunk wants them`() {
        let rule = CallerIDRule(allowed: ["74012*"], standard: "74012000000")
        let kazakhstan = Self.route("kz", format: .kazakhstan, callerID: rule)
        func way(_ route: NumberRoute, _ digits: String, _ caller: String) -> [String] {
            DialPlan([route]).ways(to: digits, callerID: caller, application: "app").flatMap {
                [$0.callee, $0.callerID]
            }
        }
        #expect(way(kazakhstan, "74954451120", "+74012000001") == ["84954451120", "84012000001"])
        #expect(way(kazakhstan, "380441234567", "79110000000") == ["810380441234567", "84012000000"])
        var outside = TrunkNumberFormat.leadingPlus
        outside.dialPrefix = "9"
        let plus = Self.route("pbx", format: outside)
        #expect(way(plus, "74954451120", "74012000000") == ["9+74954451120", "+74012000000"])
        #expect(way(plus, "112", "office") == ["9112", "office"])
    }
}
