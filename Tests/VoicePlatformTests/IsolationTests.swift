import Testing

@testable import VoicePlatform

@Suite struct IsolationTests {
    /// Ways to come without the right key.
    enum Credentials: String, CaseIterable {
        case none
        case noKey
        case wrongKey
        case keyOfAnother
        case unknownAccount
        case twoNames

        func fields(prefix: String, mine: Tenant, other: Tenant) -> [String: String] {
            let key = prefix.isEmpty ? "api_key" : "parent_account_api_key"
            let account = prefix.isEmpty ? "account" : "parent_account"
            switch self {
            case .none: return [:]
            case .noKey: return ["\(account)_id": "\(mine.id)"]
            case .wrongKey: return ["\(account)_id": "\(mine.id)", key: "00000000-0000-0000-0000-000000000000"]
            case .keyOfAnother: return ["\(account)_id": "\(mine.id)", key: other.key]
            case .unknownAccount: return ["\(account)_id": "999999", key: mine.key]
            case .twoNames: return ["\(account)_id": "\(mine.id)", "\(account)_name": mine.name, key: mine.key]
            }
        }
    }

    @Test func `every method refuses every wrong credential with the same answer`() async throws {
        try await TestPlatform.run { platform in
            let mine = try await platform.child("tenant-one")
            let other = try await platform.child("tenant-two")
            #expect(APIMethod.all.count > 35)
            for method in APIMethod.all {
                let prefix = method.access == .parent ? "parent_" : ""
                for credentials in Credentials.allCases {
                    let fields = credentials.fields(prefix: prefix, mine: mine, other: other)
                    let answer = try await platform.fetch(
                        "/platform_api/\(method.name)", method: "POST",
                        headers: ["Content-Type": "application/x-www-form-urlencoded"],
                        body: TestPlatform.form(fields))
                    #expect(
                        answer.text == #"{"error":{"code":100,"msg":"Authorization failed."}}"#,
                        "\(method.name) with \(credentials)")
                }
            }
        }
    }

    /// Methods that name an object by its id, with the field that names it and what else they need.
    static let objectMethods: [(method: String, field: String, more: [String: String])] = [
        ("DelApplication", "application_id", [:]),
        ("AddUser", "application_id", ["user_name": "spy", "user_display_name": "x", "user_password": "Secret-123"]),
        ("GetUsers", "application_id", [:]),
        ("GetRules", "application_id", [:]),
        ("AddRule", "application_id", ["rule_name": "x", "rule_pattern": ".*", "scenario_name": "bitrix24"]),
        ("SetKeyValueItem", "application_id", ["key": "a", "value": "b"]),
        ("GetKeyValueItem", "application_id", ["key": "a"]),
        ("GetKeyValueItems", "application_id", [:]),
        ("GetKeyValueKeys", "application_id", [:]),
        ("DelKeyValueItem", "application_id", ["key": "a"]),
        ("GetPhoneNumbers", "application_id", [:]),
        ("GetCallHistory", "application_id", ["from_date": "2020-01-01", "to_date": "2030-01-01"]),
        ("SetUserInfo", "user_id", ["user_active": "false"]),
        ("DelUser", "user_id", [:]),
        ("SetScenarioInfo", "scenario_id", ["scenario_script": "evil"]),
        ("DelScenario", "scenario_id", [:]),
        ("SetRuleInfo", "rule_id", ["rule_pattern": "x"]),
        ("DelRule", "rule_id", [:]),
        ("ReorderRules", "rule_id", [:]),
        ("StartScenarios", "rule_id", [:]),
        ("BindScenario", "rule_id", ["scenario_name": "bitrix24"]),
        ("DeactivatePhoneNumber", "phone_id", [:]),
        ("BindPhoneNumberToApplication", "phone_id", ["application_name": "switchboard"]),
        ("SetChildAccountInfo", "child_account_id", ["active": "false"]),
        ("GetChildrenAccounts", "child_account_id", [:]),
        ("TransferMoneyToChildAccount", "child_account_id", ["amount": "1"]),
        ("DeleteRecord", "record_id", [:]),
    ]

    @Test func `an object of another account is answered like one that does not exist`() async throws {
        try await TestPlatform.run { platform in
            let victim = try await platform.child("tenant-one")
            let thing = try await victim.furnish()
            let phone = try await attachNumber(victim)
            let spy = try await platform.child("tenant-two")
            _ = try await spy.furnish()
            let ids = [
                "application_id": thing.application, "user_id": thing.user, "scenario_id": thing.scenario,
                "rule_id": thing.rule, "phone_id": phone, "child_account_id": victim.id, "record_id": 1,
            ]
            for (method, field, more) in Self.objectMethods {
                let id = try #require(ids[field])
                let foreign = try await spy.call(method, more.merging([field: "\(id)"]) { $1 })
                let missing = try await spy.call(method, more.merging([field: "987654"]) { $1 })
                #expect(foreign.errorCode != nil, "\(method) took a foreign \(field)")
                #expect(foreign.errorCode != 100, "\(method)")
                #expect("\(foreign)" == "\(missing)", "\(method) tells a foreign \(field) from a missing one")
            }
            let users = try await victim.call("GetUsers", ["application_id": "\(thing.application)"])
            #expect(users["result"][0]["user_active"].flag == true)
            let scenarios = try await victim.call(
                "GetScenarios", ["scenario_id": "\(thing.scenario)", "with_script": "true"])
            #expect(scenarios["result"][0]["scenario_script"].string == "VoxEngine.terminate();")
        }
    }

    @Test func `lists hold the caller's objects only`() async throws {
        try await TestPlatform.run { platform in
            let victim = try await platform.child("tenant-one")
            _ = try await victim.furnish()
            _ = try await attachNumber(victim)
            let spy = try await platform.child("tenant-two")
            let dates = ["from_date": "2020-01-01", "to_date": "2100-01-01"]
            for method in ["GetApplications", "GetScenarios", "GetPhoneNumbers"] {
                #expect(try await spy.call(method)["total_count"].number == 0, "\(method)")
                #expect(try await victim.call(method)["total_count"].number == 1, "\(method)")
            }
            #expect(try await spy.call("GetTransactionHistory", dates)["total_count"].number == 0)
            #expect(try await spy.call("IsAccountPhoneNumber", ["phone_number": "74012000001"])["result"].flag == false)
        }
    }

    /// Gives the account money and a number.
    private func attachNumber(_ tenant: Tenant) async throws -> Int {
        let master = try await tenant.platform.master
        try await master.call(
            "TransferMoneyToChildAccount", ["child_account_id": "\(tenant.id)", "amount": "50"])
        let answer = try await tenant.call(
            "AttachPhoneNumber",
            [
                "country_code": "RU", "phone_category_name": "GEOGRAPHIC", "phone_region_id": "1",
                "phone_number": "74012000001",
            ])
        return try answer["phone_numbers"][0].integer("phone_id")
    }
}
