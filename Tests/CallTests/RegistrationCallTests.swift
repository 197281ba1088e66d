import Media
import SIP
import Testing

@testable import Switchboard

/// Calls that reach an account without a number and without a phone of its own.
@Suite(.serialized) struct RegistrationCallTests {
    /// Answers every call and writes down what was called.
    private static let script = """
        VoxEngine.addEventListener(AppEvents.CallAlerting, (event) => {
          Logger.write(`reached ${event.destination} as ${event.headers["VI-Client-Type"]}`);
          event.call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
          event.call.answer();
        });
        """

    @Test func aCallReachesTheRuleOfARegistrationAtAnotherPlatform() async throws {
        try await TestInstallation.run { provider in
            let credentials = try await provider.prepared()
            try await TestInstallation.run { office in
                let client = ManagementClient(installation: office)
                let rule = try await client.furnish(Self.script).rule
                let provided = provider.settings
                let address = "\(provided.text("voice.sip.address")):\(provided.integer("voice.sip.port"))"
                let made = try await client.call(
                    "CreateSipRegistration",
                    [
                        "sip_username": credentials.phoneLogin, "proxy": credentials.domain,
                        "outbound_proxy": address, "password": "wrong", "rule_id": rule, "application_name": "desk",
                    ])
                let id = ["sip_registration_id": "\(try #require(made["sip_registration_id"]))"]
                try await state(client, isSuccessful: false)
                try await client.call(
                    "UpdateSipRegistration", id.merging(["password": credentials.phonePassword]) { $1 })
                try await state(client, isSuccessful: true)
                let caller = try await provider.caller()
                let call = try await caller.call(DemoCompany.number)
                let log = try await Wait.until("the call at the office") {
                    office.runningLog(with: "reached \(credentials.phoneLogin) as sip")
                }
                #expect(log.contains("Call.Alerting") || log.contains("Application.CallAlerting"))
                try await caller.hangUp(call)
                _ = try await office.finishedLog(with: "reached \(credentials.phoneLogin) as sip")
                await caller.stop()
            }
        }
    }

    /// Registers with the first phone of the user and gives up when the user may come no more.
    @Test func aRegistrationLivesAsLongAsItsUserIsRegisteredHere() async throws {
        try await TestInstallation.run { provider in
            let credentials = try await provider.prepared()
            try await TestInstallation.run { office in
                let client = ManagementClient(installation: office)
                let domain = try await client.furnish(Self.script).domain
                let user = try await client.call(
                    "AddUser",
                    [
                        "application_name": "desk", "user_name": "anna", "user_display_name": "Anna",
                        "user_password": "Secret-123",
                    ])
                let id = "\(try #require(user["user_id"]))"
                let provided = provider.settings
                let address = "\(provided.text("voice.sip.address")):\(provided.integer("voice.sip.port"))"
                try await client.call(
                    "CreateSipRegistration",
                    [
                        "sip_username": credentials.phoneLogin, "proxy": credentials.domain,
                        "outbound_proxy": address, "password": credentials.phonePassword, "is_persistent": "false",
                        "application_name": "desk", "user_id": id,
                    ])
                let idle = try await client.call("GetSipRegistrations", ["in_progress": "true"])
                #expect(idle["count"] as? Int == 1)
                let phone = try await office.phone("anna", domain: domain, password: "Secret-123")
                try await phone.register()
                try await state(client, isSuccessful: true)
                try await client.call("SetUserInfo", ["user_id": id, "user_active": "false"])
                try await Wait.until("a registration that was taken back") {
                    let list = try await client.call("GetSipRegistrations", ["in_progress": "true"])
                    return list["count"] as? Int == 1 ? true : nil
                }
                await phone.stop()
            }
        }
    }

    /// Sends every call on through the registration of the office.
    private static func leaving(by registration: String, to address: String) -> String {
        """
        VoxEngine.addEventListener(AppEvents.CallAlerting, (event) => {
          const out = VoxEngine.callSIP("\(address)", {regId: \(registration), callerid: "100", displayName: "Office"});
          out.addEventListener(CallEvents.Failed, (e) => { Logger.write(`failed ${e.code}`); VoxEngine.terminate(); });
          out.addEventListener(CallEvents.Connected, () => { Logger.write("went out"); event.call.answer(); });
          VoxEngine.easyProcess(event.call, out);
        });
        """
    }

    /// Answers, and writes down who calls.
    private static let answering = """
        VoxEngine.addEventListener(AppEvents.CallAlerting, (event) => {
          Logger.write(`${event.callerid} (${event.displayName}) calls ${event.destination}`);
          event.call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
          event.call.answer();
        });
        """

    private static let password = "Secret-123"

    private func add(_ user: String, to domain: String, _ client: ManagementClient) async throws {
        try await client.call(
            "AddUser",
            [
                "user_name": user, "user_display_name": user, "user_password": Self.password,
                "application_name": domain,
            ])
    }

    @Test func aCallLeavesByARegistrationAtAnotherPlatformAndAsItsUser() async throws {
        try await TestInstallation.run { provider in
            let there = ManagementClient(installation: provider)
            let foreign = try await there.furnish(Self.answering).domain
            try await add("office", to: foreign, there)
            try await TestInstallation.run { office in
                let client = ManagementClient(installation: office)
                let domain = try await client.furnish("VoxEngine.terminate();").domain
                try await add("anna", to: domain, client)
                let provided = provider.settings
                let made = try await client.call(
                    "CreateSipRegistration",
                    [
                        "sip_username": "office", "proxy": foreign, "password": Self.password,
                        "outbound_proxy":
                            "\(provided.text("voice.sip.address")):\(provided.integer("voice.sip.port"))",
                    ])
                try await state(client, isSuccessful: true)
                let id = "\(try #require(made["sip_registration_id"]))"
                try await client.call(
                    "SetScenarioInfo",
                    [
                        "required_scenario_name": "desk",
                        "scenario_script": Self.leaving(by: id, to: "sip:9000@\(foreign)"),
                    ])
                let anna = try await office.phone("anna", domain: domain, password: Self.password)
                try await anna.register()
                let call = try await anna.call("100")
                try await anna.journal.first("the answer", within: .seconds(20)) { $0 == .answered(call) }
                _ = try await Wait.until("the call at the provider") {
                    provider.runningLog(with: "office (Office) calls 9000")
                }
                try await anna.hangUp(call)
                _ = try await office.finishedLog(with: "went out")
                await anna.stop()
            }
        }
    }

    /// The first two calls meet in the conference that the second rule's scenario makes.
    private static let meeting = """
        require(Modules.Conference);
        const conference = VoxEngine.createConference();
        const recorder = VoxEngine.createRecorder({lossless: true});
        recorder.addEventListener(RecorderEvents.Started, ({ url }) => Logger.write(`records to ${url}`));
        conference.sendMediaTo(recorder);
        let guests = 0;
        VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call, destination }) => {
          guests += 1;
          Logger.write(`guest ${guests} of ${destination}`);
          call.addEventListener(CallEvents.Connected, () => VoxEngine.sendMediaBetween(call, conference));
          call.addEventListener(CallEvents.Disconnected, () => { if (--guests === 0) VoxEngine.terminate(); });
          call.answer();
        });
        """

    private static let inviting = """
        VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call, callerid }) => {
          VoxEngine.easyProcess(call, VoxEngine.callConference("room-7", callerid, callerid));
        });
        """

    @Test func callsOfTwoSessionsMeetInAConference() async throws {
        try await TestInstallation.run { office in
            let client = ManagementClient(installation: office)
            let domain = try await client.furnish(Self.inviting).domain
            try await client.call("AddScenario", ["scenario_name": "room", "scenario_script": Self.meeting])
            let rule = try await client.call(
                "AddRule",
                [
                    "application_name": domain, "rule_name": "rooms", "rule_pattern": "room-.*",
                    "scenario_name": "room",
                ])
            let rules = try await client.call("GetRules", ["application_name": domain])
            let ids = try #require(rules["result"] as? [[String: Any]]).compactMap { $0["rule_id"] as? Int }
            let room = try #require(rule["rule_id"] as? Int)
            let order = ([room] + ids.filter { $0 != room }).map(String.init).joined(separator: ";")
            try await client.call("ReorderRules", ["rule_id": order])
            var phones: [(phone: SoftPhone, call: SessionHandle, file: String)] = []
            for (user, frequency) in [("anna", 700.0), ("boris", 1300)] {
                try await add(user, to: domain, client)
                let phone = try await office.phone(user, domain: domain, password: Self.password)
                try await phone.register()
                let file = "\(office.directory)/\(user).wav"
                try await phone.play(try DemoPhones.tone(frequency), loop: true)
                try await phone.hear(to: file)
                let call = try await phone.call("100")
                try await phone.journal.first("the answer", within: .seconds(20)) { $0 == .answered(call) }
                phones.append((phone, call, file))
            }
            try await Wait.until("two seconds of talk") {
                phones.allSatisfy { ToneTrack.secondsWritten(to: $0.file) > 3 } ? () : nil
            }
            for (phone, call, _) in phones { try await phone.hangUp(call) }
            let log = try await office.finishedLog(with: "guest 2 of room-7")
            #expect(log.contains("guest 1 of room-7"))
            for (phone, _, _) in phones { await phone.stop() }
            let name = try #require(
                log.firstMatch(of: /records to \S+\/([0-9a-f]{32}\.flac)/)?.1, "the record's address")
            let mix = ToneTrack(
                try AudioDecoder().decode(path: "\(office.directory)/voice/records/\(name.prefix(2))/\(name)"))
            for frequency in [1300.0, 700] { #expect(mix.seconds(of: frequency) > 1) }
            for (index, frequency) in [1300.0, 700].enumerated() {
                let track = ToneTrack(try AudioDecoder().decode(path: phones[index].file))
                #expect(track.seconds(of: frequency) > 1)
            }
        }
    }

    private func state(_ client: ManagementClient, isSuccessful: Bool) async throws {
        try await Wait.until("a registration whose success is \(isSuccessful)") {
            let list = try await client.call("GetSipRegistrations", ["successful": "\(isSuccessful)"])
            return list["count"] as? Int == 1 ? true : nil
        }
    }

    @Test func aNetworkOnTheWhiteListCallsWithoutAPassword() async throws {
        try await TestInstallation.run { installation in
            let client = ManagementClient(installation: installation)
            let domain = try await client.furnish(Self.script).domain
            let phone = try await installation.phone(
                "pbx", domain: domain, password: nil, at: "127.0.0.3")
            try await refused(phone)
            let item = try await client.call("AddSipWhiteListItem", ["sip_whitelist_network": "127.0.0.3/32"])
            let call = try await phone.call("100")
            try await phone.journal.first("the answer") { $0 == .answered(call) }
            try await phone.hangUp(call)
            _ = try await installation.finishedLog(with: "reached 100 as sip")
            try await client.call(
                "DelSipWhiteListItem", ["sip_whitelist_id": "\(try #require(item["sip_whitelist_id"]))"])
            try await refused(phone)
            await phone.stop()
        }
    }

    private func refused(_ phone: SoftPhone) async throws {
        let call = try await phone.call("100")
        let end = try await phone.journal.first("the refusal") { event in
            switch event {
            case .answered(call), .failed(call, _, _): true
            default: false
            }
        }
        #expect(end == .failed(call, status: 401, reason: "Unauthorized"))
    }
}
