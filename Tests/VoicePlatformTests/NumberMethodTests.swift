import Testing

@testable import VoicePlatform

@Suite struct NumberMethodTests {
    private static let region = [
        "country_code": "RU", "phone_category_name": "GEOGRAPHIC", "phone_region_id": "1",
    ]

    /// A child account with 50 EUR.
    private func richChild(_ platform: TestPlatform, _ name: String) async throws -> Tenant {
        let child = try await platform.child(name)
        try await platform.master.call(
            "TransferMoneyToChildAccount", ["child_account_id": "\(child.id)", "amount": "50"])
        return child
    }

    @Test func `the catalogue tells what can be rented`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let countries = try await tenant.call("GetPhoneNumberCategories")
            #expect(countries["result"].items.compactMap { $0["country_code"].string } == ["DE", "RU"])
            #expect(countries["result"][1]["phone_categories"][0]["phone_category_name"].string == "GEOGRAPHIC")
            #expect(try await tenant.call("GetPhoneNumberCategories", ["country_code": "XX"]).errorCode == 239)
            let regions = try await tenant.call(
                "GetPhoneNumberRegions", ["country_code": "RU", "phone_category_name": "GEOGRAPHIC"])
            #expect(regions["result"][0]["phone_count"].number == 3)
            #expect(regions["result"][0]["phone_price"].decimal == 2)
            #expect(regions["result"][0]["account_currency"].string == "EUR")
            let mobile = ["country_code": "RU", "phone_category_name": "MOBILE"]
            #expect(try await tenant.call("GetPhoneNumberRegions", mobile).errorCode == 240)
            #expect(
                try await tenant.call("GetNewPhoneNumbers", Self.region.merging(["phone_region_id": "9"]) { $1 })
                    .errorCode == 241)
            let masked = try await tenant.call(
                "GetNewPhoneNumbers", Self.region.merging(["phone_number_mask": "7401*2"]) { $1 })
            #expect(masked["result"].items.compactMap { $0["phone_number"].string } == ["74012000002"])
            #expect(masked["total_count"].number == 1)
        }
    }

    @Test func `the catalogue speaks two languages and names prices and taxes of each number`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            for (locale, countries, category) in [
                ("RU", ["Германия", "Россия"], "Городской"), ("en", ["Germany", "Russia"], "Geographic"),
            ] {
                let answer = try await tenant.call("GetPhoneNumberCategories", ["locale": locale])["result"]
                #expect(answer.items.compactMap { $0["localized_country_name"].string } == countries)
                #expect(answer[1]["phone_categories"][0]["localized_phone_category_name"].string == category)
            }
            for method in ["GetPhoneNumberCategories", "GetPhoneNumberRegions", "GetActualPhoneNumberRegion"] {
                let refused = try await tenant.call(method, Self.region.merging(["locale": "XX"]) { $1 })
                #expect(refused.errorCode == 101 && refused.errorField == "locale", "\(method)")
            }
            #expect(try await tenant.call("GetPhoneNumberCategories", ["sandbox": "true"])["count"].number == 0)
            let number = try await tenant.call("GetNewPhoneNumbers", Self.region)["result"][0]
            #expect(number["phone_id"].number == 74_012_000_001)
            #expect(number["phone_tax_reserve"].decimal == 0 && number["phone_installation_tax_reserve"].decimal == 0)
        }
    }

    @Test func `a number is rented, paid, bound and given back`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await richChild(platform, "tenant-one")
            let thing = try await tenant.furnish()
            let attached = try await tenant.call(
                "AttachPhoneNumber", Self.region.merging(["phone_number": "74012000002"]) { $1 })
            #expect(attached["phone_numbers"][0]["phone_number"].string == "74012000002")
            #expect(try await tenant.call("GetAccountInfo")["result"]["balance"].decimal == 47)
            #expect(
                try await tenant.call("IsAccountPhoneNumber", ["phone_number": "74012000002"])["result"].flag == true)
            #expect(try await platform.core.directory.number("74012000002") == nil)
            let bound = try await tenant.call(
                "BindPhoneNumberToApplication",
                ["phone_number": "74012000002", "application_name": "switchboard", "rule_name": "incoming"])
            #expect(bound["result"].number == 1)
            let number = try await platform.core.directory.number("74012000002")
            #expect(number?.domain == "switchboard.tenant-one.voice.test")
            #expect(number?.ruleID == RuleID(rawValue: Int64(thing.rule)))
            let listed = try await tenant.call("GetPhoneNumbers", ["is_bound_to_rule": "true"])
            #expect(listed["result"][0]["rule_name"].string == "incoming")
            #expect(listed["result"][0]["application_name"].string == "switchboard.tenant-one.voice.test")
            #expect(
                try await tenant.call("GetPhoneNumbers", ["is_bound_to_application": "false"])["total_count"].number
                    == 0)
            let other = try await richChild(platform, "tenant-two")
            let taken = Self.region.merging(["phone_number": "74012000002"]) { $1 }
            #expect(try await other.call("AttachPhoneNumber", taken).errorCode == 182)
            #expect(
                try await tenant.call("DeactivatePhoneNumber", ["phone_number": "74012000002"])["result"].number == 1)
            #expect(try await platform.core.directory.number("74012000002") == nil)
            #expect(try await other.call("AttachPhoneNumber", taken)["result"].number == 1)
        }
    }

    @Test func `numbers that cannot be rented are refused with their code`() async throws {
        try await TestPlatform.run { platform in
            let poor = try await platform.child("tenant-one")
            func attach(_ tenant: Tenant, _ more: [String: String]) async throws -> Int? {
                try await tenant.call("AttachPhoneNumber", Self.region.merging(more) { $1 }).errorCode
            }
            #expect(try await attach(poor, ["phone_count": "1"]) == 127)
            #expect(try await poor.call("GetPhoneNumbers")["total_count"].number == 0)
            let rich = try await richChild(platform, "tenant-two")
            #expect(try await attach(rich, ["phone_count": "4"]) == 332)
            #expect(try await attach(rich, ["phone_number": "123"]) == 121)
            #expect(try await attach(rich, ["phone_number": "74012000001", "phone_count": "1"]) == 101)
            #expect(try await attach(rich, [:]) == 134)
            #expect(try await attach(rich, ["phone_count": "3"]) == nil)
            #expect(try await attach(rich, ["phone_count": "1"]) == 331)
            #expect(try await rich.call("DeactivatePhoneNumber", ["phone_id": "999"]).errorCode == 181)
            let children = try await platform.master.call(
                "GetPhoneNumbers", ["child_account_id": "\(rich.id)", "children_phones_only": "true"])
            #expect(children["total_count"].number == 3)
        }
    }

    @Test(arguments: [
        ("74012", "74012", true), ("74012", "7401", false), ("74012", "7*2", true), ("74012", "*", true),
        ("74012", "*3", false), ("74012", "7*0*2", true), ("12", "12*2", false), ("74012", "8*", false),
    ])
    func `a mask stands for any digits`(number: String, mask: String, expected: Bool) {
        #expect(NumberMask.matches(number, mask: mask) == expected)
    }
}
