import Billing
import CallControl
import Foundation
import Storage
import Testing
import VoiceEngine

@testable import VoicePlatform

@Suite struct ListMethodTests {
    @Test func `a black list keeps callers of the telephone network away, and nobody else`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            _ = try await tenant.furnish()
            try await platform.master.call(
                "TransferMoneyToChildAccount", ["child_account_id": "\(tenant.id)", "amount": "50"])
            try await tenant.call(
                "AttachPhoneNumber",
                [
                    "country_code": "RU", "phone_category_name": "GEOGRAPHIC", "phone_region_id": "1",
                    "phone_number": "74012000001",
                ])
            let bound = ["phone_number": "74012000001", "application_name": "switchboard"]
            try await tenant.call("BindPhoneNumberToApplication", bound)
            let desk = AdmissionDesk(
                directory: platform.core.directory, tariffs: platform.core.tariffs)
            let today = TariffDay(unixSeconds: platform.core.clock().seconds)
            func isTaken(_ caller: String, _ source: AdmissionRequest.Source = .trunk) async throws -> Bool {
                let request = AdmissionRequest(source: source, destination: "74012000001", caller: caller)
                if case .session = try await desk.decide(request, on: today) { return true }
                return false
            }
            #expect(try await isTaken("+79110000001"))
            let added = try await tenant.call("AddPstnBlackListItem", ["pstn_blacklist_phone": "+79110000001"])
            #expect(try await !isTaken("79110000001"))
            #expect(try await isTaken("79110000002"))
            let user = AdmissionRequest.Source.user(name: "user67", domain: "switchboard.tenant-one.voice.test")
            #expect(try await isTaken("79110000001", user))
            let id = "\(try added.integer("pstn_blacklist_id"))"
            let pattern = ["pstn_blacklist_id": id, "pstn_blacklist_phone": #"\+?7911\d{7}"#]
            #expect(try await tenant.call("SetPstnBlackListItem", pattern)["result"].number == 1)
            #expect(try await !isTaken("79110000002"))
            #expect(try await isTaken("79120000002"))
            let listed = try await tenant.call("GetPstnBlackList")
            #expect(listed["result"][0]["pstn_blacklist_phone"].string == #"\+?7911\d{7}"#)
            try await tenant.call("DelPstnBlackListItem", ["pstn_blacklist_id": id])
            #expect(try await isTaken("79110000002"))
            for phone in ["(", String(repeating: "1", count: 16), String(repeating: "a", count: 100)] {
                let refused = try await tenant.call("AddPstnBlackListItem", ["pstn_blacklist_phone": phone])
                #expect(refused.errorCode == 425, "\(phone)")
            }
            #expect(try await tenant.call("DelPstnBlackListItem", ["pstn_blacklist_id": id]).errorCode == 400)
        }
    }

    @Test func `a full black list takes no more`() async throws {
        try await TestPlatform.run({ $0.limits.blackListItems = 1 }) { platform in
            let tenant = try await platform.child("tenant-one")
            #expect(try await tenant.call("AddPstnBlackListItem", ["pstn_blacklist_phone": "71"]).errorCode == nil)
            #expect(try await tenant.call("AddPstnBlackListItem", ["pstn_blacklist_phone": "72"]).errorCode == 373)
        }
    }

    @Test func `a white list holds networks`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let added = try await tenant.call(
                "AddSipWhiteListItem", ["sip_whitelist_network": "192.0.2.0/24", "description": "office"])
            let id = "\(try added.integer("sip_whitelist_id"))"
            let change = ["sip_whitelist_id": id, "sip_whitelist_network": "198.51.100.7"]
            #expect(try await tenant.call("SetSipWhiteListItem", change)["result"].number == 1)
            let item = try await tenant.call("GetSipWhiteList")["result"][0]
            #expect(item["sip_whitelist_network"].string == "198.51.100.7/32")
            #expect(item["description"].string == "office")
            #expect(try await tenant.call("DelSipWhiteListItem", ["sip_whitelist_id": id])["result"].number == 1)
            let domain = "switchboard.tenant-one.voice.test"
            _ = try await tenant.furnish()
            func isTrusted(_ address: String) async throws -> Bool {
                let snapshot = try await platform.core.directory.application(domain: domain)
                return snapshot?.whiteList.contains { $0.contains(address) } ?? false
            }
            #expect(try await !isTrusted("198.51.100.9"))
            let more = try await tenant.call("AddSipWhiteListItem", ["sip_whitelist_network": "198.51.100.0/28"])
            #expect(try await isTrusted("198.51.100.9"))
            #expect(try await !isTrusted("198.51.100.16"))
            try await tenant.call(
                "DelSipWhiteListItem", ["sip_whitelist_id": "\(try more.integer("sip_whitelist_id"))"])
            #expect(try await !isTrusted("198.51.100.9"))
            for network in ["", "x", "192.0.2.1/24", "10.0.0.0/7", "1.2.3/24", "1.2.3.4/33", "256.0.0.0/8", "1.2.3.4/"]
            {
                let refused = try await tenant.call("AddSipWhiteListItem", ["sip_whitelist_network": network])
                #expect(refused.errorField == "sip_whitelist_network", "\(network)")
            }
        }
    }

    @Test func `a registration is kept, shows its state, and tells when it fails and works again`() async throws {
        let time = ManualTime(UnixTime(seconds: 1_800_000_000))
        try await TestPlatform.run({ $0.sipRegistrationPrices = [Self.fee] }, clock: { time.now }) { platform in
            let tenant = try await platform.child("tenant-one")
            let thing = try await tenant.furnish()
            let order = [
                "sip_username": "office", "proxy": "sip.example.test:5080", "password": "Secret-1",
                "application_id": "\(thing.application)", "rule_id": "\(thing.rule)", "user_id": "\(thing.user)",
            ]
            #expect(try await tenant.call("CreateSipRegistration", order).errorCode == 127)
            try await platform.master.call(
                "TransferMoneyToChildAccount", ["child_account_id": "\(tenant.id)", "amount": "5"])
            try await tenant.call("SetAccountInfo", ["callback_url": "https://hooks.example/"])
            let made = try await tenant.call("CreateSipRegistration", order)
            #expect(made["account_info"]["balance"].decimal == 4)
            let id = Int64(try made.integer("sip_registration_id"))
            let wanted = try await platform.core.database.read { try SIPRegistrationStore(transaction: $0).wanted() }
            #expect(wanted.map(\.id.rawValue) == [id])
            #expect(wanted.first?.contactUser.count == 32)
            #expect(wanted.first?.proxy == "sip.example.test:5080")
            #expect(wanted.first?.password == "Secret-1")
            let keeper = RegistrationKeeper(
                database: platform.core.database, registrar: NotingRegistrar(), platformDomain: "voice.test",
                clock: { time.now },
                logger: platform.core.logger)
            let failure = RegistrationOutcome(id: .init(rawValue: id), status: 403, reason: "Forbidden")
            await keeper.note(failure)
            await keeper.note(failure)
            let failed = try await tenant.call("GetSipRegistrations", ["status_code": "401;403:599"])["result"][0]
            #expect(failed["successful"].flag == false)
            #expect(failed["error_message"].string == "Forbidden")
            #expect(failed["rule_name"].string == "incoming")
            #expect(failed["user_name"].string == "user67")
            #expect(failed["password"].isMissing)
            await keeper.note(RegistrationOutcome(id: .init(rawValue: id), status: 200, reason: "OK"))
            #expect(try await tenant.call("GetSipRegistrations", ["successful": "true"])["total_count"].number == 1)
            let types = try await platform.core.database.read { transaction in
                try transaction.query("SELECT type FROM callback_outbox ORDER BY id").map { try $0.text("type") }
            }
            #expect(types == ["sip_registration_fail", "sip_registration_recovered"])
            let unbind = ["sip_registration_id": "\(id)", "application_id": "\(thing.application)", "bind": "false"]
            try await tenant.call("BindSipRegistration", unbind)
            #expect(
                try await tenant.call("GetSipRegistrations", ["is_bound_to_application": "false"])["count"].number == 1)
            try await tenant.call("DeleteSipRegistration", ["sip_registration_id": "\(id)"])
            let rest = try await platform.core.database.read { try SIPRegistrationStore(transaction: $0).wanted() }
            #expect(rest.isEmpty)
        }
    }

    @Test func `registrations are handed over as they change, and outcomes are noted`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let registrar = NotingRegistrar()
            let keeper = RegistrationKeeper(
                database: platform.core.database, registrar: registrar, platformDomain: "voice.test",
                clock: platform.core.clock,
                logger: platform.core.logger)
            let running = Task { await keeper.run() }
            var lists = registrar.lists.makeAsyncIterator()
            #expect(await lists.next()?.isEmpty == true)
            let made = try await tenant.call(
                "CreateSipRegistration", ["sip_username": "office", "proxy": "sip.example.test"])
            keeper.changed()
            let id = try #require(await lists.next()?.first?.id)
            #expect(Int(id.rawValue) == (try made.integer("sip_registration_id")))
            registrar.end(RegistrationOutcome(id: id, status: 408, reason: "No answer"))
            registrar.end(RegistrationOutcome(id: id, status: 200, reason: "OK"))
            while try await tenant.call("GetSipRegistrations", ["successful": "true"])["count"].number != 1 {
                await Task.yield()
            }
            try await tenant.call("DeleteSipRegistration", ["sip_registration_id": "\(id.rawValue)"])
            keeper.changed()
            #expect(await lists.next()?.isEmpty == true)
            running.cancel()
            await running.value
        }
    }

    @Test func `a registration that is not persistent is kept while its user has a phone here`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let thing = try await tenant.furnish()
            let order = ["sip_username": "office", "proxy": "sip.example.test", "is_persistent": "false"]
            let refused = try await tenant.call("CreateSipRegistration", order)
            #expect(refused.errorCode == 134 && refused.errorField == "user_id")
            #expect(try await tenant.call("GetSipRegistrations")["total_count"].number == 0)
            let user = ["application_id": "\(thing.application)", "user_id": "\(thing.user)"]
            let made = try await tenant.call("CreateSipRegistration", order.merging(user) { $1 })
            let id = "\(try made.integer("sip_registration_id"))"
            let registrar = NotingRegistrar()
            let keeper = RegistrationKeeper(
                database: platform.core.database, registrar: registrar, platformDomain: "voice.test",
                clock: platform.core.clock, logger: platform.core.logger)
            let running = Task { await keeper.run() }
            var lists = registrar.lists.makeAsyncIterator()
            #expect(await lists.next()?.isEmpty == true)
            registrar.setPresent([UserAddress(username: "user67", domain: "switchboard.tenant-one.voice.test")])
            #expect(await lists.next()?.map { "\($0.id.rawValue)" } == [id])
            registrar.end(RegistrationOutcome(id: .init(rawValue: Int64(id) ?? 0), status: 200, reason: "OK"))
            while try await tenant.call("GetSipRegistrations", ["successful": "true"])["count"].number != 1 {
                await Task.yield()
            }
            registrar.setPresent([])
            #expect(await lists.next()?.isEmpty == true)
            while try await tenant.call("GetSipRegistrations", ["in_progress": "true"])["count"].number != 1 {
                await Task.yield()
            }
            // Without a user it would be kept never, and be paid all the same.
            let unbind = user.merging(["sip_registration_id": id, "bind": "false"]) { $1 }
            #expect(try await tenant.call("BindSipRegistration", unbind).errorCode == 134)
            let always = try await tenant.call(
                "CreateSipRegistration", ["sip_username": "two", "proxy": "sip.example.test"])
            let change = [
                "sip_registration_id": "\(try always.integer("sip_registration_id"))", "is_persistent": "false",
            ]
            #expect(try await tenant.call("UpdateSipRegistration", change).errorField == "user_id")
            running.cancel()
            await running.value
        }
    }

    @Test func `a call because of a registration goes where the registration is bound`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let thing = try await tenant.furnish()
            let desk = AdmissionDesk(
                directory: platform.core.directory, tariffs: platform.core.tariffs)
            let today = TariffDay(unixSeconds: platform.core.clock().seconds)
            let made = try await tenant.call(
                "CreateSipRegistration", ["sip_username": "office", "proxy": "sip.example.test"])
            let id = "\(try made.integer("sip_registration_id"))"
            func rule(_ id: String) async throws -> String? {
                let source = AdmissionRequest.Source.registration(.init(rawValue: Int64(id) ?? 0))
                let request = AdmissionRequest(source: source, destination: "office")
                guard case .session(let plan, .voip, _) = try await desk.decide(request, on: today) else { return nil }
                return plan.ruleName
            }
            #expect(try await rule(id) == nil)
            let binding = [
                "sip_registration_id": id, "application_id": "\(thing.application)", "rule_id": "\(thing.rule)",
            ]
            try await tenant.call("BindSipRegistration", binding)
            #expect(try await rule(id) == "incoming")
            #expect(try await rule("99") == nil)
            try await tenant.call("DeleteSipRegistration", ["sip_registration_id": id])
            #expect(try await rule(id) == nil)
        }
    }

    private static let fee = (try? Money("1", .eur)) ?? .zero(.eur)

    @Test(arguments: [
        (["sip_username": "a b"], 273), (["sip_username": ""], 134), (["proxy": "sip:example.test"], 274),
        (["proxy": ""], 134), (["proxy": "example.test:0"], 274), (["outbound_proxy": "a/b"], 274),
        (["user_name": "user67"], 134), (["application_id": "1", "application_name": "x"], 101),
    ])
    func `a registration that is wrong is refused with its code`(change: [String: String], code: Int) async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let order = ["sip_username": "office", "proxy": "sip.example.test"].merging(change) { $1 }
            #expect(try await tenant.call("CreateSipRegistration", order).errorCode == code)
            #expect(try await tenant.call("GetSipRegistrations")["total_count"].number == 0)
        }
    }
}

@Suite struct CallerIDTests {
    private func verified(_ platform: TestPlatform, _ tenant: Tenant) async throws -> String {
        let added = try await tenant.call("AddCallerID", ["callerid_number": "+7 911 000-00-01"])
        let id = "\(try added.integer("callerid_id"))"
        try await tenant.call("VerifyCallerID", ["callerid_id": id])
        let code = try #require(platform.hosting.verifications.last?.code)
        try await tenant.call("ActivateCallerID", ["callerid_id": id, "verification_code": code])
        return id
    }

    @Test func `a number becomes a caller id when its owner has heard the code`() async throws {
        try await TestPlatform.run({ $0.dialPlan = DialPlan([NumberRoute(trunk: TrunkName(rawValue: "carrier"))]) }) {
            platform in
            let tenant = try await platform.child("tenant-one")
            let added = try await tenant.call("AddCallerID", ["callerid_number": "+7 911 000-00-01"])
            let id = ["callerid_id": "\(try added.integer("callerid_id"))"]
            #expect(try await tenant.call("VerifyCallerID", id)["result"].number == 1)
            let call = try #require(platform.hosting.verifications.last)
            #expect(call.number == "79110000001")
            #expect(call.script.contains(call.code.map(String.init).joined(separator: ", ")))
            let wrong = id.merging(["verification_code": call.code == "000000" ? "111111" : "000000"]) { $1 }
            #expect(try await tenant.call("ActivateCallerID", wrong).errorCode == 414)
            let waiting = try await tenant.call("GetCallerIDs", ["active": "false"])["result"][0]
            #expect(waiting["code_entering_attempts_left"].number == 4)
            #expect(waiting["verification_call_attempts_left"].number == 2)
            let right = id.merging(["verification_code": call.code]) { $1 }
            #expect(try await tenant.call("ActivateCallerID", right)["result"].number == 1)
            #expect(try await tenant.call("GetCallerIDs")["result"][0]["active"].flag == true)
            #expect(try await tenant.call("VerifyCallerID", id).errorCode == 570)
            #expect(try await tenant.call("AddCallerID", ["callerid_number": "79110000001"]).errorCode == 188)
            #expect(try await tenant.call("AddCallerID", ["callerid_number": "12ab"]).errorCode == 184)
            #expect(try await tenant.call("DelCallerID", id)["result"].number == 1)
        }
    }

    @Test func `a code can be guessed five times and calls are made three times`() async throws {
        try await TestPlatform.run({ $0.dialPlan = DialPlan([NumberRoute(trunk: TrunkName(rawValue: "carrier"))]) }) {
            platform in
            let tenant = try await platform.child("tenant-one")
            let added = try await tenant.call("AddCallerID", ["callerid_number": "79110000001"])
            let id = ["callerid_id": "\(try added.integer("callerid_id"))"]
            for _ in 0..<3 { #expect(try await tenant.call("VerifyCallerID", id).errorCode == nil) }
            #expect(try await tenant.call("VerifyCallerID", id).errorCode == 414)
            let code = try #require(platform.hosting.verifications.last?.code)
            for _ in 0..<5 {
                let guess = id.merging(["verification_code": "x"]) { $1 }
                #expect(try await tenant.call("ActivateCallerID", guess).errorCode == 414)
            }
            let right = id.merging(["verification_code": code]) { $1 }
            #expect(try await tenant.call("ActivateCallerID", right).errorCode == 414)
        }
    }

    @Test func `without a trunk no number is called`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            try await tenant.call("AddCallerID", ["callerid_number": "79110000001"])
            #expect(try await tenant.call("VerifyCallerID", ["callerid_number": "79110000001"]).errorCode == 21)
            #expect(platform.hosting.verifications.isEmpty)
        }
    }

    @Test func `a caller id expires after a year, with a warning before`() async throws {
        let time = ManualTime(UnixTime(seconds: 1_800_000_000))
        try await TestPlatform.run(
            { $0.dialPlan = DialPlan([NumberRoute(trunk: TrunkName(rawValue: "carrier"))]) }, clock: { time.now }
        ) { platform in
            let tenant = try await platform.child("tenant-one")
            try await tenant.call("SetAccountInfo", ["callback_url": "https://hooks.example/"])
            let id = try await verified(platform, tenant)
            func types(after days: Int64) async throws -> [String] {
                let now = UnixTime(seconds: time.now.seconds + days * 86_400)
                return try await platform.core.database.write { transaction in
                    try CallerIDExpiry(transaction: transaction, now: now).step()
                    return try transaction.query("SELECT type FROM callback_outbox ORDER BY id").map {
                        try $0.text("type")
                    }
                }
            }
            #expect(try await types(after: 300) == [])
            #expect(try await types(after: 336) == ["expiring_callerid"])
            #expect(try await types(after: 337) == ["expiring_callerid"])
            #expect(try await types(after: 366) == ["expiring_callerid", "expired_callerid"])
            let found = try await tenant.call("GetCallerIDs", ["callerid_id": id])["result"][0]
            #expect(found["active"].flag == false)
        }
    }
}
