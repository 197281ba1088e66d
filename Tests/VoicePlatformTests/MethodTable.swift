@testable import VoicePlatform

/// A whole request for every method of the registry; `{…}` stands for an object of the account that the table is for.
enum MethodTable {
    private static let place = [
        "country_code": "RU", "phone_category_name": "GEOGRAPHIC", "phone_region_id": "1",
    ]
    private static let dates = ["from_date": "2020-01-01", "to_date": "2100-01-01"]
    private static let child = ["child_account_id": "{child}"]
    private static let application = ["application_id": "{application}"]
    private static let rule = ["rule_id": "{rule}"]
    private static let phone = ["phone_id": "{phone}"]
    private static let key = ["key_id": "{key}"]
    private static let item = ["application_id": "{application}", "key": "a"]
    private static let registration = ["sip_registration_id": "{registration}"]
    private static let callerID = ["callerid_id": "{callerid}"]
    private static let black = ["pstn_blacklist_id": "{black}"]
    private static let white = ["sip_whitelist_id": "{white}"]
    private static let report = ["history_report_id": "{report}"]

    static let samples: [String: [String: String]] = [
        "AddAccount": [
            "account_name": "company-two", "account_email": "two@company.test", "account_password": "Secret-123",
        ],
        "GetAccountInfo": [:],
        "SetAccountInfo": ["account_first_name": "Anna", "send_js_error": "true"],
        "SetChildAccountInfo": child + ["support_invoice": "true"],
        "GetChildrenAccounts": child,
        "TransferMoneyToChildAccount": child + [
            "amount": "1", "payment_reference": "r1", "check_duplicate_reference_from": "2020-01-01",
        ],
        "GetTransactionHistory": dates + child + ["payment_reference": "r1"],
        "GetTrunks": [:],
        "AddPayment": ["amount": "1", "payment_reference": "p1"],
        "ChargeAccount": phone,
        "GetMoneyAmountToCharge": ["charge_date": "2100-01-01"],
        "GetSubscriptionPrice": [:],
        "GetResourcePrice": ["resource_param": "80012345"],
        "GetCurrencyRate": ["currency": "USD"],
        "CreateKey": ["role_name": "Support"],
        "GetKeys": key + ["with_roles": "true"],
        "UpdateKey": key + ["key_name": "x"],
        "DeleteKey": key,
        "SetKeyRoles": key + ["role_name": "Support"],
        "GetKeyRoles": key,
        "RemoveKeyRoles": key + ["role_name": "Support"],
        "GetRoles": [:],
        "AddApplication": ["application_name": "another"],
        "SetApplicationInfo": application + ["secure_record_storage": "true"],
        "GetApplications": application + ["with_rules": "true", "with_scenarios": "true"],
        "DelApplication": application,
        "AddUser": application + ["user_name": "spy", "user_display_name": "x", "user_password": "Secret-123"],
        "SetUserInfo": ["user_id": "{user}", "user_active": "false"],
        "DelUser": ["user_id": "{user}"],
        "GetUsers": application + ["user_name": "user"],
        "AddScenario": rule + ["scenario_name": "another", "scenario_script": "evil"],
        "SetScenarioInfo": ["scenario_id": "{scenario}", "scenario_script": "evil"],
        "GetScenarios": ["scenario_id": "{scenario}", "with_script": "true"],
        "DelScenario": ["scenario_id": "{scenario}"],
        "BindScenario": rule + ["scenario_name": "bitrix24"],
        "ReorderScenarios": rule + ["scenario_name": "bitrix24"],
        "AddRule": application + ["rule_name": "x", "rule_pattern": ".*", "scenario_name": "bitrix24"],
        "SetRuleInfo": rule + ["rule_pattern": "x"],
        "GetRules": application + ["template": "123", "with_scenarios": "true"],
        "DelRule": rule,
        "ReorderRules": rule,
        "StartScenarios": rule,
        "StartConference": rule + ["conference_name": "x"],
        "GetPhoneNumberCategories": ["country_code": "RU"],
        "GetPhoneNumberCountryStates": place,
        "GetPhoneNumberRegions": place,
        "GetActualPhoneNumberRegion": place,
        "GetNewPhoneNumbers": place,
        "AttachPhoneNumber": place + ["phone_count": "1"],
        "BindPhoneNumberToApplication": phone + ["application_name": "switchboard"],
        "DeactivatePhoneNumber": phone,
        "SetPhoneNumberInfo": phone + ["auto_charge": "false"],
        "GetPhoneNumbers": phone + ["order_by": "phone_number"],
        "IsAccountPhoneNumber": ["phone_number": "{number}"],
        "GetAccountPhoneNumberCountries": application,
        "GetCallHistory": dates + application + [
            "with_calls": "true", "with_records": "true", "remote_number": "user67",
        ],
        "DeleteRecord": ["record_id": "{record}"],
        "GetCallHistoryAsync": dates + application,
        "GetBriefCallHistory": dates + application,
        "GetTransactionHistoryAsync": dates + child,
        "GetHistoryReports": report,
        "DownloadHistoryReport": report,
        "GetAuditLog": dates + ["filtered_cmd": "AddUser"],
        "GetRecordStorages": [:],
        "CreateSipRegistration": application + ["sip_username": "u", "proxy": "sip.example.test"],
        "UpdateSipRegistration": registration + ["sip_username": "v"],
        "BindSipRegistration": registration + ["application_name": "switchboard"],
        "DeleteSipRegistration": registration,
        "GetSipRegistrations": registration + ["status_code": "401;500:599"],
        "AddCallerID": ["callerid_number": "79110000000"],
        "VerifyCallerID": callerID,
        "ActivateCallerID": callerID + ["verification_code": "123456"],
        "GetCallerIDs": callerID,
        "DelCallerID": callerID,
        "AddPstnBlackListItem": ["pstn_blacklist_phone": "79110000009"],
        "SetPstnBlackListItem": black + ["pstn_blacklist_phone": "79110000008"],
        "DelPstnBlackListItem": black,
        "GetPstnBlackList": black,
        "AddSipWhiteListItem": ["sip_whitelist_network": "198.51.100.0/24"],
        "SetSipWhiteListItem": white + ["sip_whitelist_network": "203.0.113.0/24"],
        "DelSipWhiteListItem": white,
        "GetSipWhiteList": white,
        "SetKeyValueItem": item + ["value": "b"],
        "GetKeyValueItem": item,
        "GetKeyValueItems": application,
        "GetKeyValueKeys": application,
        "DelKeyValueItem": item,
    ]

    /// Methods that change or remove what others in the table need; they come last.
    static func inOrder() -> [APIMethod] {
        let last = ["Del", "Deactivate"]
        func isLast(_ method: APIMethod) -> Bool { last.contains { method.name.hasPrefix($0) } }
        // The application takes rules and users with it.
        let removals = APIMethod.all.filter { isLast($0) && $0.name != "DelApplication" }
        return APIMethod.all.filter { !isLast($0) } + removals + APIMethod.all.filter { $0.name == "DelApplication" }
    }

    /// The request of a method with the objects put in.
    static func fields(_ method: String, _ objects: [String: String]) -> [String: String]? {
        samples[method]?.mapValues { value in
            guard value.hasPrefix("{") else { return value }
            return objects[String(value.dropFirst().dropLast())] ?? value
        }
    }

    /// Whether a request names an object of the account.
    static func namesObject(_ method: String) -> Bool {
        samples[method]?.values.contains { $0.hasPrefix("{") } ?? false
    }

    /// One of each sort of object, made for an account.
    static func makeObjects(_ tenant: Tenant, _ platform: TestPlatform) async throws -> [String: String] {
        try await platform.master.call(
            "TransferMoneyToChildAccount", ["child_account_id": "\(tenant.id)", "amount": "50"])
        let thing = try await tenant.furnish()
        let attached = try await tenant.call("AttachPhoneNumber", place + ["phone_number": "74012000001"])
        let registered = try await tenant.call(
            "CreateSipRegistration", ["sip_username": "one", "proxy": "sip.example.test"])
        let caller = try await tenant.call("AddCallerID", ["callerid_number": "+7 911 111-11-11"])
        let black = try await tenant.call("AddPstnBlackListItem", ["pstn_blacklist_phone": "79110000001"])
        let white = try await tenant.call("AddSipWhiteListItem", ["sip_whitelist_network": "192.0.2.0/24"])
        let report = try await tenant.call("GetCallHistoryAsync", dates)
        let key = try await tenant.call("CreateKey")
        return [
            "child": "\(tenant.id)", "application": "\(thing.application)", "rule": "\(thing.rule)",
            "scenario": "\(thing.scenario)", "user": "\(thing.user)", "number": "74012000001", "record": "1",
            "phone": "\(try attached["phone_numbers"][0].integer("phone_id"))",
            "registration": "\(try registered.integer("sip_registration_id"))",
            "callerid": "\(try caller.integer("callerid_id"))", "black": "\(try black.integer("pstn_blacklist_id"))",
            "white": "\(try white.integer("sip_whitelist_id"))",
            "report": "\(try report.integer("history_report_id"))", "key": try key["result"].text("key_id"),
        ]
    }

    /// Names of objects that nobody has.
    static let missing: [String: String] = [
        "child": "987654", "application": "987654", "rule": "987654", "scenario": "987654", "user": "987654",
        "number": "74012000002", "record": "987654", "phone": "987654", "registration": "987654",
        "callerid": "987654", "black": "987654", "white": "987654", "report": "987654",
        "key": "00000000-0000-0000-0000-000000000000",
    ]
}

private func + (left: [String: String], right: [String: String]) -> [String: String] {
    left.merging(right) { $1 }
}
