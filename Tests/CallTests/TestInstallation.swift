import Foundation
import NIOPosix
import Testing

@testable import Switchboard

/// A whole installation on free ports with a data directory of its own.
struct TestInstallation {
    let demo: Demo

    var settings: Settings { demo.settings }
    var directory: String { demo.directory }

    /// Starts everything, runs the body, stops everything; the data directory is removed when the body succeeds.
    static func run<Result>(
        _ changes: [String: Settings.Value] = [:], _ body: (TestInstallation) async throws -> Result
    ) async throws -> Result {
        let directory = NSTemporaryDirectory() + "switchboard-test-" + UUID().uuidString
        let result = try await run(in: directory, changes, body)
        try? FileManager.default.removeItem(atPath: directory)
        return result
    }

    /// The same in a given data directory, which stays.
    static func run<Result>(
        in directory: String, _ changes: [String: Settings.Value] = [:],
        _ body: (TestInstallation) async throws -> Result
    ) async throws -> Result {
        var settings = try await ConfigurationLoader(file: nil, environment: [:], arguments: []).load()
        for key in ["portal.port", "controller.port", "voice.http.port", "voice.sip.port"] {
            settings = settings.replacing(key, .integer(0))
        }
        settings = settings.replacing("controller.reconciliation.seconds", .integer(1))
        for (name, value) in changes { settings = settings.replacing(name, value) }
        let demo = try await Demo(directory: directory, base: settings)
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

    /// Ivan's browser.
    func browser() async throws -> EmployeeBrowser {
        try await EmployeeBrowser.logIn(
            portal: settings.url("portal"), login: DemoCompany.login, password: DemoCompany.password,
            client: demo.installation.client)
    }

    /// A phone of its own, started and ready.
    func phone(
        _ user: String, domain: String, password: String?, behaviour: PhoneBehaviour = PhoneBehaviour(),
        at address: String = "127.0.0.1"
    ) async throws -> SoftPhone {
        let phone = try SoftPhone(
            account: PhoneAccount(
                user: user, domain: domain, password: password, displayName: user,
                serverAddress: settings.text("voice.sip.address"),
                serverPort: UInt16(settings.integer("voice.sip.port"))),
            behaviour: behaviour, localAddress: address, eventLoop: MultiThreadedEventLoopGroup.singleton.any())
        try await phone.start()
        return phone
    }

    /// The far end of the trunk, which calls without a password.
    func caller(_ behaviour: PhoneBehaviour = PhoneBehaviour()) async throws -> SoftPhone {
        try await phone(
            DemoCompany.customerNumber, domain: "carrier.example", password: nil, behaviour: behaviour,
            at: DemoPhones.trunkAddress)
    }

    /// The text of the only session log, once it has its last line.
    func finishedSessionLog(within limit: Duration = .seconds(60)) async throws -> String {
        let folder = "\(directory)/voice/logs"
        return try await Wait.until("a session log that ends", within: limit) {
            let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
            guard let name = names.first(where: { $0.hasSuffix(".log") }),
                let text = try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8),
                text.contains("Session terminated")
            else { return nil }
            return text
        }
    }

    /// The controller's only call, once it has its history.
    func finishedCall(within limit: Duration = .seconds(60)) async throws -> [String: Any] {
        let client = OperatorClient(
            url: settings.url("controller"), token: demo.installation.secrets.operatorToken,
            client: demo.installation.client)
        return try await Wait.until("a call with history", within: limit) {
            let calls = try await client.calls(limit: 10)["calls"] as? [[String: Any]] ?? []
            return calls.first { $0["history"] is [String: Any] }
        }
    }
}

/// Waiting for something that announces itself only by being there.
enum Wait {
    struct TimedOut: Error, CustomStringConvertible {
        let description: String
    }

    /// Looks again and again until there is a value.
    static func until<Value>(
        _ expectation: String, within limit: Duration = .seconds(30), _ look: () async throws -> Value?
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
