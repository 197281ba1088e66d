import Foundation
import SIP
import Testing

@testable import Switchboard

/// What an administrator of the portal does to a telephone, seen by the telephone.
@Suite(.serialized) struct CredentialCallTests {
    /// Says of each call whether the desk phone rang.
    private static let source = """
        VoxEngine.addEventListener(AppEvents.CallAlerting, (event) => {
          event.call.answer();
          const phone = VoxEngine.callUser({ username: 'phone67', callerid: '1' });
          phone.addEventListener(CallEvents.Ringing, () => {
            Logger.write('phone: rings');
            VoxEngine.terminate();
          });
          phone.addEventListener(CallEvents.Failed, (e) => {
            Logger.write('phone: ' + e.code);
            VoxEngine.terminate();
          });
        });
        """

    private func call(_ installation: TestInstallation, number: Int) async throws -> String {
        let caller = try await installation.caller()
        _ = try await caller.call(DemoCompany.number)
        let logs = try await Wait.until("the log of the call") {
            let logs = installation.finishedLogs()
            return logs.count == number ? logs : nil
        }
        await caller.stop()
        return logs.filter { $0.contains("phone: rings") }.count.description + " of \(logs.count) rang"
    }

    private func desk(
        _ installation: TestInstallation, _ credentials: DemoPhones.Credentials, password: String
    ) async throws -> SoftPhone {
        try await installation.phone(credentials.phoneLogin, domain: credentials.domain, password: password)
    }

    @Test(arguments: ["disable", "password"])
    func aRegistrationThatIsNotWelcomeAnyMoreEndsAtOnce(change: String) async throws {
        let scenario = try CustomScenario(Self.source)
        try await TestInstallation.run(scenario.settings) { installation in
            let credentials = try await installation.prepared()
            let phone = try await desk(installation, credentials, password: credentials.phonePassword)
            try await phone.register()
            #expect(try await call(installation, number: 1) == "1 of 1 rang")
            let browser = try await installation.browser()
            let asked = ContinuousClock.now
            try await browser.post("/api/employees/67/phone", ["device": "phone", "change": change])
            #expect(ContinuousClock.now - asked < .seconds(1))
            #expect(try await call(installation, number: 2) == "1 of 2 rang")
            await phone.stop()

            // The old password opens nothing; what the portal has now does.
            let stranger = try await desk(installation, credentials, password: credentials.phonePassword)
            await #expect(throws: (any Error).self) { try await stranger.register() }
            await stranger.stop()
            if change == "disable" {
                try await browser.post("/api/employees/67/phone", ["device": "phone", "change": "enable"])
            }
            let fresh = try await desk(
                installation, credentials, password: try await installation.prepared().phonePassword)
            try await fresh.register()
            #expect(try await call(installation, number: 3) == "2 of 3 rang")
            await fresh.stop()
        }
    }

    @Test func aTelephoneOfSomebodyWhoHasLeftEndsAtOnceAndIsNobodys() async throws {
        let scenario = try CustomScenario(Self.source)
        try await TestInstallation.run(scenario.settings) { installation in
            let credentials = try await installation.prepared()
            let phone = try await desk(installation, credentials, password: credentials.phonePassword)
            try await phone.register()
            #expect(try await call(installation, number: 1) == "1 of 1 rang")
            for _ in 0..<2 { _ = try await installation.portalSession.ask("RemoveUser", ["USER_ID": 67]) }
            #expect(try await call(installation, number: 2) == "1 of 2 rang")
            await phone.stop()
            let stranger = try await desk(installation, credentials, password: credentials.phonePassword)
            await #expect(throws: (any Error).self) { try await stranger.register() }
            await stranger.stop()
            let answer = try await installation.portalSession.ask("GetUser", ["USER_ID": 67])
            let fresh = try await desk(
                installation, credentials, password: answer["phone_password"] as? String ?? "")
            try await fresh.register()
            #expect(try await call(installation, number: 3) == "2 of 3 rang")
            await fresh.stop()
        }
    }
}
