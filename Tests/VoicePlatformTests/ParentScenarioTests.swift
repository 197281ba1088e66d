import Testing

@testable import VoicePlatform

@Suite struct ParentScenarioTests {
    /// A parent with a scenario for everybody and one of an application, and two children with things of their own.
    private struct Family {
        let parent: Tenant
        let shared: String
        let hidden: String
        let child: Tenant
        let sibling: Tenant
        let rule: String
        let siblings: String

        init(_ platform: TestPlatform) async throws {
            let owner = try await platform.master
            parent = owner
            try await owner.call("AddApplication", ["application_name": "library"])
            func add(_ name: String, _ more: [String: String] = [:]) async throws -> String {
                let fields = ["scenario_name": name, "scenario_script": "// \(name)"].merging(more) { $1 }
                return "\(try await owner.call("AddScenario", fields).integer("scenario_id"))"
            }
            shared = try await add("shared")
            hidden = try await add("hidden", ["application_name": "library"])
            child = try await platform.child("tenant-one")
            sibling = try await platform.child("tenant-two")
            rule = "\(try await child.furnish().rule)"
            siblings = "\(try await sibling.furnish().scenario)"
        }

        func script() async throws -> String? {
            let answer = try await parent.call("GetScenarios", ["scenario_id": shared, "with_script": "true"])
            return answer["result"][0]["scenario_script"].string
        }
    }

    private func names(_ answer: Answer) -> [String] {
        answer["result"].items.map { "\($0["scenario_name"].string ?? "")/\($0["parent"].flag ?? false)" }
    }

    @Test func `a child sees its parent's scenarios, those of an application and of others it does not`() async throws {
        try await TestPlatform.run { platform in
            let family = try await Family(platform)
            #expect(names(try await family.child.call("GetScenarios")) == ["shared/true", "bitrix24/false"])
            let read = try await family.child.call(
                "GetScenarios", ["scenario_id": family.shared, "with_script": "true"])
            #expect(read["result"][0]["scenario_script"].string == "// shared")
            for id in [family.hidden, family.siblings] {
                let fields = ["scenario_id": id, "with_script": "true"]
                #expect(try await family.child.call("GetScenarios", fields)["total_count"].number == 0)
            }
            // The parent sees its own, and so does an account that is no relation.
            #expect(names(try await family.parent.call("GetScenarios")) == ["shared/false", "hidden/false"])
            let other = ["account_name": "operator-rub", "api_key": "another-master-key"]
            #expect(try await platform.call("GetScenarios", other)["total_count"].number == 0)
        }
    }

    @Test func `a child runs its parent's scenario, in the text that it has now`() async throws {
        try await TestPlatform.run { platform in
            let family = try await Family(platform)
            let bind = ["rule_id": family.rule, "scenario_name": "shared"]
            #expect(try await family.child.call("BindScenario", bind)["result"].number == 1)
            func scripts() async throws -> [String] {
                let domain = "switchboard.tenant-one.voice.test"
                return try await platform.core.directory.application(domain: domain)?.rules[0].scenarios.map(\.script)
                    ?? []
            }
            #expect(try await scripts() == ["VoxEngine.terminate();", "// shared"])
            let rules = ["application_name": "switchboard", "with_scenarios": "true"]
            let bound = try await family.child.call("GetRules", rules)["result"][0]["scenarios"]
            #expect(bound.items.compactMap { $0["scenario_name"].string } == ["bitrix24", "shared"])
            let order = ["rule_id": family.rule, "scenario_name": "shared;bitrix24"]
            #expect(try await family.child.call("ReorderScenarios", order)["result"].number == 1)
            let change = ["required_scenario_name": "shared", "scenario_script": "// newer"]
            try await family.parent.call("SetScenarioInfo", change)
            #expect(try await scripts() == ["// newer", "VoxEngine.terminate();"])
            // One of the child's own with the name is meant from now on.
            let own = ["scenario_name": "shared", "scenario_script": "// own"]
            try await family.child.call("AddScenario", own)
            try await family.child.call("BindScenario", bind)
            #expect(try await scripts() == ["// newer", "VoxEngine.terminate();", "// own"])
            try await family.child.call("DelScenario", ["scenario_id": "all"])
            #expect(try await scripts() == ["// newer"])
            try await family.parent.call("DelScenario", ["scenario_id": family.shared])
            #expect(try await scripts().isEmpty)
            #expect(try await family.child.call("StartScenarios", ["rule_id": family.rule]).errorCode == 375)
        }
    }

    @Test func `a child changes nothing of its parent's, and binds nothing that it cannot see`() async throws {
        try await TestPlatform.run { platform in
            let family = try await Family(platform)
            for (method, fields) in [
                ("SetScenarioInfo", ["scenario_id": family.shared, "scenario_script": "evil"]),
                ("SetScenarioInfo", ["required_scenario_name": "shared", "scenario_name": "mine"]),
                ("DelScenario", ["scenario_id": family.shared]), ("DelScenario", ["scenario_name": "shared"]),
                ("BindScenario", ["rule_id": family.rule, "scenario_id": family.hidden]),
                ("BindScenario", ["rule_id": family.rule, "scenario_name": "hidden"]),
                ("BindScenario", ["rule_id": family.rule, "scenario_id": family.siblings]),
                (
                    "AddRule",
                    [
                        "application_name": "switchboard", "rule_name": "spy", "rule_pattern": ".*",
                        "scenario_id": family.hidden,
                    ]
                ),
            ] {
                #expect(try await family.child.call(method, fields).errorCode == 132, "\(method) \(fields)")
            }
            #expect(try await family.child.call("DelScenario", ["scenario_id": "all"])["result"].number == 1)
            #expect(try await family.script() == "// shared")
            #expect(names(try await family.sibling.call("GetScenarios")) == ["shared/true", "bitrix24/false"])
        }
    }
}
