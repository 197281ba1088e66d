import Testing

@testable import VoicePlatform

@Suite struct RulePatternTests {
    @Test(
        arguments: [
            ("123", nil, "123", true), ("123", nil, "123456", false), ("123.+", nil, "123456", true),
            ("a|b", nil, "ab", false), ("a|b", nil, "b", true), (".*", "7.*", "7401", false),
            (".*", "7.*", "8401", true),
            (".*", nil, "", true), ("^123$", nil, "123", true), ("[0-9]+", nil, "12\n", false),
            ("user\\d+", nil, "user67", true),
            (".*", "", "x", true),
        ] as [(String, String?, String, Bool)])
    func `a pattern takes the whole destination`(
        pattern: String, exclude: String?, destination: String, expected: Bool
    ) throws {
        #expect(try RulePattern(pattern: pattern, exclude: exclude).matches(destination) == expected)
    }

    @Test(arguments: ["(", "a)|(b", "[", "*"])
    func `what is no expression by itself is refused`(pattern: String) {
        let error = #expect(throws: APIError.self) { try RulePattern(pattern: pattern, exclude: nil) }
        #expect(error?.code == 148)
        let excluded = #expect(throws: APIError.self) { try RulePattern(pattern: ".*", exclude: pattern) }
        #expect(excluded?.field == "rule_pattern_exclude")
    }

    @Test func `an expression that backtracks without end is stopped`() throws {
        let pattern = try RulePattern(pattern: "(a+)+b", exclude: nil)
        let start = ContinuousClock.now
        #expect(!pattern.matches(String(repeating: "a", count: 200) + "c"))
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test func `a destination of absurd length matches nothing`() throws {
        #expect(try !RulePattern(pattern: ".*", exclude: nil).matches(String(repeating: "1", count: 257)))
    }
}

@Suite struct ScenarioAndRuleMethodTests {
    @Test func `scenarios are added, changed, listed and deleted`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let thing = try await tenant.furnish()
            let script = String(repeating: "// комментарий\n", count: 3000)
            let set = try await tenant.call(
                "SetScenarioInfo", ["required_scenario_name": "bitrix24", "scenario_script": script])
            #expect(set["result"].number == 1)
            let read = try await tenant.call(
                "GetScenarios", ["scenario_id": "\(thing.scenario)", "with_script": "true"])
            #expect(read["result"][0]["scenario_script"].string == script)
            #expect(try await tenant.call("GetScenarios", ["with_script": "true"]).errorField == "scenario_id")
            #expect(try await tenant.call("AddScenario", ["scenario_name": "bitrix24"]).errorCode == 133)
            let rewritten = try await tenant.call(
                "AddScenario", ["scenario_name": "bitrix24", "scenario_script": "2", "rewrite": "true"])
            #expect(rewritten["scenario_id"].number == thing.scenario)
            let long = String(repeating: "x", count: 128 * 1024)
            #expect(
                try await tenant.call("AddScenario", ["scenario_name": "long", "scenario_script": long]).errorCode
                    == 130)
            let name = String(repeating: "n", count: 30)
            #expect(try await tenant.call("AddScenario", ["scenario_name": name]).errorCode == 101)
            #expect(try await tenant.call("DelScenario", ["scenario_name": "bitrix24"])["result"].number == 1)
            #expect(try await tenant.call("DelScenario", ["scenario_name": "bitrix24"]).errorCode == 132)
        }
    }

    @Test func `rules keep the order they are given`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let thing = try await tenant.furnish()
            let application = ["application_id": "\(thing.application)"]
            let second = try await tenant.call(
                "AddRule",
                application.merging([
                    "rule_name": "second", "rule_pattern": "74012.*", "scenario_name": "bitrix24",
                ]) { $1 }
            ).integer("rule_id")
            func names(_ more: [String: String] = [:]) async throws -> [String] {
                try await tenant.call("GetRules", application.merging(more) { $1 })["result"].items
                    .compactMap { $0["rule_name"].string }
            }
            #expect(try await names() == ["incoming", "second"])
            try await tenant.call("ReorderRules", ["rule_id": "\(second);\(thing.rule)"])
            #expect(try await names() == ["second", "incoming"])
            #expect(try await names(["template": "74012000001"]) == ["second", "incoming"])
            #expect(try await names(["template": "8"]) == ["incoming"])
            try await tenant.call("SetRuleInfo", ["rule_id": "\(second)", "rule_pattern_exclude": ".*1"])
            #expect(try await names(["template": "74012000001"]) == ["incoming"])
            let listed = try await tenant.call("GetRules", application.merging(["with_scenarios": "true"]) { $1 })
            #expect(listed["result"][0]["scenarios"][0]["scenario_name"].string == "bitrix24")
            try await tenant.call(
                "BindScenario", ["rule_id": "\(second)", "scenario_name": "bitrix24", "bind": "false"])
            let unbound = try await tenant.call("GetRules", application.merging(["with_scenarios": "true"]) { $1 })
            #expect(unbound["result"][0]["scenarios"].items.isEmpty)
            try await tenant.call("DelRule", ["rule_id": "\(second)"])
            #expect(try await names() == ["incoming"])
        }
    }

    @Test(arguments: [
        (["rule_pattern": "("], 148), (["rule_name": "incoming"], 175),
        (["rule_name": String(repeating: "r", count: 100)], 156), (["scenario_id": "999"], 132),
        (["application_id": "999"], 116), (["rule_pattern": ""], 134),
    ])
    func `a rule that breaks a rule is refused with the code of it`(change: [String: String], code: Int) async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let thing = try await tenant.furnish()
            let rule = [
                "application_id": "\(thing.application)", "rule_name": "fine", "rule_pattern": "1",
                "scenario_id": "\(thing.scenario)",
            ]
            #expect(try await tenant.call("AddRule", rule.merging(change) { $1 }).errorCode == code)
            #expect(try await tenant.call("AddRule", rule).errorCode == nil)
        }
    }

    @Test func `a session starts from a rule and its URL is given out`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let thing = try await tenant.furnish()
            let answer = try await tenant.call(
                "StartScenarios",
                ["rule_id": "\(thing.rule)", "user_name": "user67", "script_custom_data": "{\"a\":1}"])
            #expect(answer["media_session_access_url"].string == platform.base + RecordingHost.livingPath)
            #expect(answer["call_session_history_id"].number == 77)
            let start = try #require(platform.hosting.started.first)
            #expect(start.customData == "{\"a\":1}")
            #expect(start.userID == UserID(rawValue: Int64(thing.user)))
            #expect(start.plan.scenarios.map(\.name) == ["bitrix24"])
            #expect(start.plan.domain == "switchboard.tenant-one.voice.test")
            try await tenant.call("DelScenario", ["scenario_id": "\(thing.scenario)"])
            #expect(try await tenant.call("StartScenarios", ["rule_id": "\(thing.rule)"]).errorCode == 375)
        }
    }
}
