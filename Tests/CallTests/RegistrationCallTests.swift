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
