import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix

/// The demo: everything on loopback, one company, one real call.
struct Demo {
    let settings: Settings
    let installation: Installation
    let directory: String

    /// Prepares a data directory and an installation on free ports.
    init(directory: String, base: Settings) async throws {
        let path = URL(filePath: directory).standardizedFileURL.path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let seed = "\(path)/company.json"
        try DemoCompany.writeSeed(to: seed)
        var settings = base.replacing("data.directory", .text(path)).replacing("portal.seed", .text(seed))
            .replacing("voice.trunks", .list(["carrier \(DemoPhones.trunkAddress)/32"]))
            .replacing(
                "voice.numbers",
                .list(base.list("voice.numbers") + ["\(DemoCompany.number) RU GEOGRAPHIC Kaliningrad 0"]))
        settings = try await FreePorts.choose(for: settings)
        self.settings = settings
        self.directory = path
        installation = try Installation(settings: settings, roles: Set(Role.allCases))
    }

    /// Makes the call; the installation must be ready.
    func call(progress: (String) -> Void) async throws -> DemoReport {
        let browser = try await EmployeeBrowser.logIn(
            portal: settings.url("portal"), login: DemoCompany.login, password: DemoCompany.password,
            client: installation.client)
        progress("Ivan Petrov (employee \(DemoCompany.employeeID)) is logged in; his phones get their accounts.")
        let credentials = try await credentials(browser)
        let phones = try DemoPhones(
            credentials: credentials, serverAddress: settings.text("voice.sip.address"),
            serverPort: settings.integer("voice.sip.port"), eventLoop: installation.group.any())
        do {
            try await phones.start()
            progress("phone67 and both devices of user67 are registered. Anna Karlsson calls \(DemoCompany.number).")
            let outcome = try await DemoCall(phones: phones, browser: browser, directory: directory).run()
            await phones.stop()
            return try await report(outcome, credentials)
        } catch {
            await phones.stop()
            throw error
        }
    }

    private func credentials(_ browser: EmployeeBrowser) async throws -> DemoPhones.Credentials {
        let answer = try await browser.get("/api/phone/credentials")
        func text(_ key: String) throws -> String {
            guard let value = answer[key] as? String else {
                throw EmployeeBrowser.Failure(description: "The portal's telephone credentials have no \(key).")
            }
            return value
        }
        return DemoPhones.Credentials(
            domain: try text("domain"), userLogin: try text("user_login"), userPassword: try text("user_password"),
            phoneLogin: try text("phone_login"), phonePassword: try text("phone_password"))
    }

    // MARK: Report

    private func report(_ outcome: DemoCall.Outcome, _ credentials: DemoPhones.Credentials) async throws -> DemoReport {
        let portal = PortalSession(
            url: settings.url("controller"), portal: settings.text("portal.id"),
            licenceKey: installation.secrets.licenceKey, http: installation.client)
        let call = try await finishedCall(outcome.callID, portal)
        let history = call["history"] as? [String: Any] ?? [:]
        let route = (call["decisions"] as? [[String: Any]])?.last ?? [:]
        let amount = history["COST_FINAL"].map { "\($0)" } ?? "0"
        let currency = history["COST_CURRENCY"] as? String ?? settings.text("portal.currency")
        return DemoReport(
            history: history, route: route,
            sessionLog: try keep(Data(try await portal.log(outcome.callID).utf8), "session.log"),
            recording: try keep(try await portal.recording(outcome.callID), "recording.mp3"),
            cost: "\(amount) \(currency)", callerHeard: outcome.callerHeard, employeeHeard: outcome.employeeHeard,
            urls: [
                "portal": settings.url("portal"), "controller": settings.url("controller"),
                "voice": settings.url("voice.http"),
            ],
            accounts: [credentials],
            sipServer: "\(settings.text("voice.sip.address")):\(settings.integer("voice.sip.port"))")
    }

    /// The controller's row of the call, once its history and final cost are there.
    private func finishedCall(_ id: String, _ portal: PortalSession) async throws -> [String: Any] {
        var call: [String: Any] = [:]
        for _ in 0..<100 {
            call = try await portal.call(id)
            if let history = call["history"] as? [String: Any], !(history["COST_FINAL"] is NSNull),
                history["COST_FINAL"] != nil
            {
                return call
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        return call
    }

    /// Puts what belongs to the call beside what its ends heard.
    private func keep(_ data: Data, _ name: String) throws -> String {
        let path = "\(directory)/\(name)"
        try data.write(to: URL(filePath: path), options: .atomic)
        return path
    }
}
