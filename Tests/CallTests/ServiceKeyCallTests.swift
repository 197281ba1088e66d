import AsyncHTTPClient
import Billing
import Foundation
import Testing

@testable import Controller
@testable import Switchboard

/// The controller's client at our own voice platform, with a service account's key instead of API keys.
@Suite struct ServiceKeyCallTests {
    @Test("A master's service account makes a portal's account and commands it")
    func masterKey() async throws {
        try await TestInstallation.run { installation async throws in
            let made = try await CallTests.ManagementClient(installation: installation)
                .call("CreateKey", ["role_name": "Owner"])
            let folder = installation.directory + "/keys"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            #expect(throws: AssemblyError.self) { try MasterAccounts.serviceKeys(in: folder) }
            _ = FileManager.default.createFile(
                atPath: folder + "/eur.json", contents: try JSONSerialization.data(withJSONObject: made),
                attributes: [.posixPermissions: 0o600])
            let access = PlatformAccess(
                baseURL: installation.settings.url("voice.http"), sipServer: "127.0.0.1:5060", masters: [:],
                serviceKeys: try MasterAccounts.serviceKeys(in: folder))
            let client = Controller.ManagementClient(
                transport: ManagementTransport(
                    baseURL: access.baseURL, http: installation.demo.installation.client, limit: .seconds(20),
                    clock: ContinuousClock()),
                tokens: ServiceTokens(
                    keys: access.serviceKeys,
                    now: {
                        Moment(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
                    }))
            try await Self.furnish(client, master: try #require(access.masters[.eur]))
        }
    }

    /// All that a portal's first contact asks for.
    private static func furnish(
        _ client: Controller.ManagementClient, master: PlatformAccess.Credentials
    ) async throws {
        let account = try await client.addAccount(
            name: "p-cloud", email: "p-cloud@portals.invalid", password: PasswordGenerator.password(), parent: master)
        #expect(account.proof == .master(.eur))
        #expect(account.accountID != master.accountID)
        #expect(try await client.findAccount(name: "p-cloud", parent: master) == account)
        #expect(try await client.accountInfo(account)["account_name"] == "p-cloud")
        let application = try await client.addApplication(name: PlatformNames.application, account)
        #expect(try await client.findApplication(name: PlatformNames.application, account) == application)
        let scenario = try await client.addScenario(
            name: PlatformNames.scenario, script: "//", application: application.id, account)
        try await client.setScenario(id: scenario, script: "// 2", account)
        let rule = try await client.addRule(
            name: PlatformNames.rule, pattern: ".*", scenario: scenario, application: application.id, account)
        #expect(try await client.findRule(name: PlatformNames.rule, application: application.id, account) == rule)
        let password = PasswordGenerator.password()
        try await client.addUser(name: "phone67", password: password, application: application.id, account)
        try await client.setUser(
            "phone67", password: PasswordGenerator.password(), isActive: false, application: application.id, account)
        try await client.setItem("line:1", "{}", life: 60, application: application.id, account)
        try await client.deleteItem("line:1", application: application.id, account)
        #expect(try await !client.hasNumber("74012000001", account))
    }
}
