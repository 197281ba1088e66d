import Storage
import Testing

@testable import VoicePlatform

@Suite struct ParameterTests {
    /// Requests without something that must be there, with the field that the answer names.
    private static let incomplete: [(method: String, fields: [String: String], field: String)] = [
        ("AddApplication", [:], "application_name"), ("SetApplicationInfo", [:], "application_id"),
        ("AddUser", ["application_name": "switchboard"], "user_name"), ("GetUsers", [:], "application_id"),
        ("SetUserInfo", ["user_active": "true"], "user_id"), ("AddScenario", [:], "scenario_name"),
        ("AddRule", ["application_name": "switchboard"], "rule_name"), ("ReorderRules", [:], "rule_id"),
        ("StartScenarios", [:], "rule_id"), ("GetPhoneNumberRegions", [:], "country_code"),
        ("AttachPhoneNumber", ["country_code": "RU"], "phone_category_name"),
        ("GetCallHistory", ["to_date": "2030-01-01"], "from_date"),
        ("GetTransactionHistory", ["from_date": "2020-01-01"], "to_date"),
        ("CreateSipRegistration", ["sip_username": "u"], "proxy"),
        ("CreateSipRegistration", ["proxy": "sip.example.test"], "sip_username"),
        ("DeleteSipRegistration", [:], "sip_registration_id"), ("AddCallerID", [:], "callerid_number"),
        ("AddPstnBlackListItem", [:], "pstn_blacklist_phone"),
        ("GetCurrencyRate", [:], "currency"),
    ]

    @Test func `a required parameter that is missing or empty is 134 and named`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            _ = try await tenant.furnish()
            for (method, fields, field) in Self.incomplete {
                for more in [[:], [field: ""]] {
                    let answer = try await tenant.call(method, fields.merging(more) { $1 })
                    #expect(answer.errorCode == 134 && answer.errorField == field, "\(method): \(answer)")
                }
            }
            for method in ["TransferMoneyToChildAccount", "GetChildrenAccounts", "SetChildAccountInfo"] {
                let answer = try await platform.master.call(method)
                #expect(answer.errorCode == 134 && answer.errorField == "child_account_id", "\(method): \(answer)")
            }
        }
    }

    @Test func `an amount that is none is 125`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let master = try await platform.master
            let child = ["child_account_id": "\(tenant.id)"]
            for amount in ["x", "0.001", "1e3"] {
                let answer = try await master.call(
                    "TransferMoneyToChildAccount", child.merging(["amount": amount]) { $1 })
                #expect(answer.errorCode == 125 && answer.errorField == "amount", "\(amount): \(answer)")
            }
            let credit = try await master.call("SetChildAccountInfo", child.merging(["credit_limit": "-1"]) { $1 })
            #expect(credit.errorCode == 125)
        }
    }

    private static let dates = ["from_date": "2020-01-01", "to_date": "2100-01-01"]

    /// Documented filters that this platform has nothing for, with the code of the refusal.
    private static let refused: [(method: String, fields: [String: String], field: String, code: Int)] = [
        ("GetTransactionHistory", dates + ["user_id": "1"], "user_id", 573),
        ("GetTransactionHistory", dates + ["users_transactions_only": "true"], "user_id", 573),
        ("GetTransactionHistory", dates + ["is_uncommitted": "true"], "is_uncommitted", 101),
        ("GetTransactionHistoryAsync", dates + ["is_uncommitted": "true"], "is_uncommitted", 101),
        ("GetUsers", ["application_name": "switchboard", "with_skills": "true"], "with_skills", 101),
        ("GetUsers", ["application_name": "switchboard", "acd_status": "READY"], "acd_status", 101),
        ("GetPhoneNumbers", ["verification_status": "VERIFIED"], "verification_status", 101),
        ("GetPhoneNumbers", ["sandbox": "maybe"], "sandbox", 101),
        ("StartScenarios", ["rule_id": "1", "with_check_url": "true"], "with_check_url", 101),
        ("GetSipRegistrations", ["user_name": "user67"], "application_id", 134),
    ]

    @Test func `a filter that cannot be applied is refused, not passed over`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            _ = try await tenant.furnish()
            for (method, fields, field, code) in Self.refused {
                let answer = try await tenant.call(method, fields)
                #expect(answer.errorCode == code && answer.errorField == field, "\(method) \(field): \(answer)")
            }
            let harmless = Self.dates + ["users_transactions_only": "false", "is_uncommitted": "false"]
            #expect(try await tenant.call("GetTransactionHistory", harmless)["total_count"].number == 0)
            let users = ["application_name": "switchboard", "with_skills": "false"]
            #expect(try await tenant.call("GetUsers", users)["total_count"].number == 1)
        }
    }

    @Test func `numbers and registrations are found by the filters that are documented`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let furniture = try await tenant.furnish()
            try await platform.master.call(
                "TransferMoneyToChildAccount", ["child_account_id": "\(tenant.id)", "amount": "10"])
            try await tenant.call(
                "AttachPhoneNumber",
                [
                    "country_code": "RU", "phone_category_name": "GEOGRAPHIC", "phone_region_id": "1",
                    "phone_count": "1",
                ])
            let filters = [
                (["activation_status": "ACTIVE;ACTIVATING"], 1), (["activation_status": "DEACTIVATED"], 0),
                (["sandbox": "true"], 0), (["sandbox": "false"], 1), (["sandbox": "all"], 1),
            ]
            for (filter, count) in filters {
                #expect(try await tenant.call("GetPhoneNumbers", filter)["total_count"].number == count, "\(filter)")
            }
            try await tenant.call(
                "CreateSipRegistration",
                [
                    "sip_username": "u", "proxy": "sip.example.test", "application_name": "switchboard",
                    "user_name": "user67",
                ])
            for (user, count) in [(furniture.user, 1), (furniture.user + 1, 0)] {
                let found = try await tenant.call("GetSipRegistrations", ["user_id": "\(user)"])
                #expect(found["total_count"].number == count)
            }
        }
    }

    @Test func `an account has as many users as it may, and pages lead through all of them`() async throws {
        try await TestPlatform.run({ $0.limits.usersPerAccount = 1003 }) { platform in
            let tenant = try await platform.child("tenant-one")
            let furniture = try await tenant.furnish()
            let application = ["application_id": "\(furniture.application)"]
            let (owner, id) = (Int64(tenant.id), Int64(furniture.application))
            try await platform.core.database.write { transaction in
                for number in 0..<1001 {
                    try transaction.execute(
                        """
                        INSERT INTO app_user (account_id, application_id, name, display_name, ha1_md5, ha1_sha256,
                            active, parent_accounting, created_at, modified_at)
                        VALUES (?, ?, ?, '', '', '', 1, 1, 0, 0)
                        """, [.integer(owner), .integer(id), .text("made\(number)")])
                }
            }
            func add(_ name: String) async throws -> Answer {
                try await tenant.call(
                    "AddUser",
                    application + ["user_name": name, "user_display_name": name, "user_password": "Secret-123"])
            }
            #expect(try await add("last")["user_id"].number != nil)
            let refused = try await add("one-too-many")
            #expect(refused.errorCode == 109)
            var names: [String] = []
            for offset in stride(from: 0, through: 1000, by: 500) {
                let page = try await tenant.call("GetUsers", application + ["count": "500", "offset": "\(offset)"])
                #expect(page["total_count"].number == 1003)
                names += page["result"].items.compactMap { $0["user_name"].string }
            }
            #expect(names.count == 1003 && Set(names).count == 1003)
            let tooMany = try await tenant.call("GetUsers", application + ["count": "1001"])
            #expect(tooMany.errorCode == 101 && tooMany.errorField == "count")
        }
    }

    @Test func `users have no balance of their own, and nobody is told otherwise`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let furniture = try await tenant.furnish()
            let own = ["parent_accounting": "false"]
            let add = [
                "application_name": "switchboard", "user_name": "rich", "user_display_name": "x",
                "user_password": "Secret-123",
            ]
            for (method, fields) in [("AddUser", add), ("SetUserInfo", ["user_id": "\(furniture.user)"])] {
                let answer = try await tenant.call(method, fields + own)
                #expect(answer.errorCode == 101 && answer.errorField == "parent_accounting", "\(method): \(answer)")
            }
            let users = try await tenant.call("GetUsers", ["application_name": "switchboard"])
            #expect(users["total_count"].number == 1)
            #expect(users["result"][0]["parent_accounting"].flag == true)
            #expect(try await tenant.call("AddUser", add + ["parent_accounting": "true"])["result"].number == 1)
        }
    }
}

private func + (left: [String: String], right: [String: String]) -> [String: String] {
    left.merging(right) { $1 }
}
