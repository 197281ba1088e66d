import Foundation
import NIOCore
import Portal
import SIP
import Storage
import Testing

@testable import Switchboard

/// A portal that moves to another installation while somebody talks.
@Suite(.serialized) struct MoveCallTests {
    @Test func aCallDuringTheMoveIsReportedOnceToTheNewPortalAndTheNextOneRings() async throws {
        try await TestInstallation.run { installation in
            let credentials = try await installation.prepared()
            let desk = try await installation.phone(
                credentials.phoneLogin, domain: credentials.domain, password: credentials.phonePassword,
                behaviour: PhoneBehaviour(answer: .after(.milliseconds(100))))
            try await desk.register()
            let caller = try await installation.caller()
            let call = try await talk(caller, desk)
            let box = try await moved(installation)
            let run = Task { try await box.run(signals: []) }
            do {
                try await box.ready()
                try await caller.hangUp(call)
                let browser = try await self.browser(box)
                let first = try await calls(browser, count: 1)
                #expect(first.first?["success"] as? Bool == true)
                #expect(try await calls(try await installation.browser(), count: 0).isEmpty)
                try await checkHistory(installation)
                // The new portal has the phones' credentials without asking, and the old number rings them.
                let answer = try await browser.get("/api/phone/credentials")
                #expect(answer["phone_password"] as? String == credentials.phonePassword)
                try await caller.hangUp(try await talk(caller, desk))
                _ = try await calls(browser, count: 2)
            } catch {
                await box.stop()
                _ = await run.result
                throw error
            }
            await box.stop()
            try await run.value
            for phone in [desk, caller] { await phone.stop() }
        }
    }

    private func talk(_ caller: SoftPhone, _ desk: SoftPhone) async throws -> SessionHandle {
        let call = try await caller.call(DemoCompany.number)
        try await caller.journal.first("the talk", within: .seconds(60)) { $0 == .answered(call) }
        try await desk.journal.first("the talk", within: .seconds(60)) {
            if case .answered = $0 { true } else { false }
        }
        return call
    }

    /// The portal's content in a data directory of its own, and the account moved to it.
    private func moved(_ installation: TestInstallation) async throws -> Installation {
        let old = installation.demo.installation.secrets
        let copy = try await PortalCopy.write(try installation.settings.portal(old))
        let directory = "\(installation.directory)/box"
        let free = try await FreePorts.choose(for: installation.settings.replacing("portal.port", .integer(0)))
        let settings = installation.settings.replacing("portal.port", .integer(free.integer("portal.port")))
            .replacing("data.directory", .text(directory))
        let client = OperatorClient(
            url: installation.settings.url("controller"), token: old.operatorToken,
            client: installation.demo.installation.client)
        let answer = try await client.post(
            "/admin/portals/\(settings.text("portal.id"))/move",
            ["address": settings.url("portal"), "request": "move-0001"])
        var secrets = old
        secrets.licenceKey = try #require(answer["licence_key"] as? String)
        secrets.storageKey = String(repeating: "1f", count: 32)
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try JSONEncoder().encode(secrets).write(to: URL(filePath: "\(directory)/\(Secrets.fileName)"))
        #expect(try await PortalCopy.read(copy, into: try settings.portal(secrets)) > 3)
        return try Installation(settings: settings, roles: [.portal])
    }

    private func browser(_ box: Installation) async throws -> EmployeeBrowser {
        try await EmployeeBrowser.logIn(
            portal: box.settings.url("portal"), login: DemoCompany.login, password: DemoCompany.password,
            client: box.client)
    }

    private func calls(_ browser: EmployeeBrowser, count: Int) async throws -> [[String: Any]] {
        try await Wait.until("\(count) calls at the portal") {
            let calls = try await browser.get("/api/calls")["calls"] as? [[String: Any]] ?? []
            return calls.count == count ? calls : nil
        }
    }

    private func checkHistory(_ installation: TestInstallation) async throws {
        let database = try Database.open(path: "\(installation.directory)/controller/controller.sqlite")
        defer { try? database.close() }
        let rows = try await database.read { try $0.query("SELECT source FROM call_history") }
        #expect(try rows.map { try $0.text("source") } == ["scenario"])
    }
}
