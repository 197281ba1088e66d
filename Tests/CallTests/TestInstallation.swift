import Foundation
import NIOPosix
import SIP
import Storage
import Testing

@testable import Switchboard

/// A whole installation on free ports with a data directory of its own.
struct TestInstallation {
    let demo: Demo

    var settings: Settings { demo.settings }
    var directory: String { demo.directory }

    /// Starts everything, runs the body, stops everything; the data directory is removed when the body succeeds.
    static func run<Result>(
        _ changes: [String: Settings.Value] = [:], arrange: (Settings) throws -> Void = { _ in },
        _ body: (TestInstallation) async throws -> Result
    ) async throws -> Result {
        let directory = NSTemporaryDirectory() + "switchboard-test-" + UUID().uuidString
        let result = try await run(in: directory, changes, arrange: arrange, body)
        try? FileManager.default.removeItem(atPath: directory)
        return result
    }

    /// The same in a given data directory, which stays. `arrange` comes before the start, with the ports that were chosen.
    static func run<Result>(
        in directory: String, _ changes: [String: Settings.Value] = [:],
        arrange: (Settings) throws -> Void = { _ in }, _ body: (TestInstallation) async throws -> Result
    ) async throws -> Result {
        let demo = try await prepare(directory, changes)
        try arrange(demo.settings)
        let systems = Task { try await demo.installation.run(signals: []) }
        do {
            try await demo.installation.ready()
            let result = try await body(TestInstallation(demo: demo))
            await demo.installation.stop()
            try await systems.value
            return result
        } catch {
            await demo.installation.stop()
            _ = await systems.result
            throw error
        }
    }

    /// The demo's company in a data directory, on free ports, not started.
    static func prepare(_ directory: String, _ changes: [String: Settings.Value] = [:]) async throws -> Demo {
        var settings = try await ConfigurationLoader(file: nil, environment: [:], arguments: []).load()
        for key in [
            "portal.port", "controller.port", "voice.http.port", "voice.sip.port", "voice.sip.tls.port",
        ] {
            settings = settings.replacing(key, .integer(0))
        }
        settings = settings.replacing("controller.reconciliation.seconds", .integer(1))
        for (name, value) in changes { settings = settings.replacing(name, value) }
        return try await Demo(directory: directory, base: settings)
    }

    /// Ivan's browser.
    func browser() async throws -> EmployeeBrowser {
        try await EmployeeBrowser.logIn(
            portal: settings.url("portal"), login: DemoCompany.login, password: DemoCompany.password,
            client: demo.installation.client)
    }

    /// A phone of its own, started and ready.
    func phone(
        _ user: String, domain: String, password: String?, behaviour: PhoneBehaviour = PhoneBehaviour(),
        at address: String = "127.0.0.1", transport: SIPTransportKind = .udp, authorities: String? = nil
    ) async throws -> SoftPhone {
        let phone = try SoftPhone(
            account: PhoneAccount(
                user: user, domain: domain, password: password, displayName: user,
                serverAddress: settings.text("voice.sip.address"),
                serverPort: UInt16(settings.integer(transport == .tls ? "voice.sip.tls.port" : "voice.sip.port")),
                transport: transport, authoritiesPath: authorities),
            behaviour: behaviour, localAddress: address, eventLoop: MultiThreadedEventLoopGroup.singleton.any())
        try await phone.start()
        return phone
    }

    /// The account of the portal exists, its number is attached, and these are its credentials.
    func prepared() async throws -> DemoPhones.Credentials {
        let answer = try await browser().get("/api/phone/credentials")
        let database = try Database.open(path: "\(directory)/voice/platform.sqlite")
        defer { try? database.close() }
        try await Wait.until("the line's number at the platform") {
            try await database.read { transaction in
                try transaction.queryOne("SELECT id FROM phone_number WHERE application_id IS NOT NULL").map { _ in true
                }
            }
        }
        func text(_ key: String) -> String { answer[key] as? String ?? "" }
        return DemoPhones.Credentials(
            domain: text("domain"), userLogin: text("user_login"), userPassword: text("user_password"),
            phoneLogin: text("phone_login"), phonePassword: text("phone_password"))
    }

    /// All session logs as they are now.
    func logs() -> [String] {
        let folder = "\(directory)/voice/logs"
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(".log") }
            .compactMap { try? String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) }
    }

    /// All session logs that have their last line.
    func finishedLogs() -> [String] { logs().filter { $0.contains("Session terminated") } }

    /// The session log that holds a text, whether it goes on or not.
    func runningLog(with text: String) -> String? { logs().first { $0.contains(text) } }

    /// The finished session log that holds a text.
    func finishedLog(with text: String, within limit: Duration = .seconds(60)) async throws -> String {
        try await Wait.until("a finished session log with '\(text)'", within: limit) {
            finishedLogs().first { $0.contains(text) }
        }
    }

    /// The far end of the trunk, which calls without a password.
    func caller(_ behaviour: PhoneBehaviour = PhoneBehaviour()) async throws -> SoftPhone {
        try await phone(
            DemoCompany.customerNumber, domain: "carrier.example", password: nil, behaviour: behaviour,
            at: DemoPhones.trunkAddress)
    }

    /// The controller as the demo's portal sees it.
    var portalSession: PortalSession {
        PortalSession(
            url: settings.url("controller"), portal: settings.text("portal.id"),
            licenceKey: demo.installation.secrets.licenceKey, http: demo.installation.client)
    }

    /// The controller's only call, once it has its history.
    func finishedCall(within limit: Duration = .seconds(60)) async throws -> [String: Any] {
        try await Wait.until("a call with history", within: limit) {
            let calls = try await portalSession.ask("FindCalls", [:])["result"] as? [[String: Any]] ?? []
            guard let id = calls.first?["CALL_ID"] as? String else { return nil }
            return try await portalSession.call(id)
        }
    }

    /// The file of a call's recording at the voice platform.
    func recording(of call: Any?) async throws -> String {
        let id = try #require(call as? String, "the call's identifier")
        let database = try Database.open(path: "\(directory)/controller/controller.sqlite")
        defer { try? database.close() }
        let row = try await database.read {
            try $0.queryOne("SELECT record_url FROM call_history WHERE call_id = ?", [.text(id)])
        }
        let name = try #require(try row?.optionalText("record_url")?.split(separator: "/").last, "its recording")
        return "\(directory)/voice/records/\(name.prefix(2))/\(name)"
    }
}

/// Waiting for something that announces itself only by being there.
enum Wait {
    struct TimedOut: Error, CustomStringConvertible {
        let description: String
    }

    /// Looks again and again until there is a value.
    @discardableResult
    static func until<Value>(
        _ expectation: String, within limit: Duration = .seconds(90), _ look: () async throws -> Value?
    ) async throws -> Value {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if let value = try await look() { return value }
            await Task.yield()
            try await ContinuousClock().sleep(for: .milliseconds(20))
        }
        throw TimedOut(description: "There was not \(expectation) within \(limit).")
    }
}
