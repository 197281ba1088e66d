import Foundation
import NIOCore
import Storage
import Testing

@testable import Switchboard

/// `kill -9` in the middle of a call: after the restart the call is in both histories, ended, once.
@Suite(.serialized) struct CrashTests {
    @Test func aCallThatACrashCutIsInTheHistoryOnceAndEnded() async throws {
        let directory = NSTemporaryDirectory() + "switchboard-test-" + UUID().uuidString
        let demo = try await TestInstallation.prepare(directory)
        let installation = TestInstallation(demo: demo)
        let server = try ServerProcess(demo.settings, directory: directory)
        do {
            try await server.listens()
            try await cutCall(installation) { server.kill() }
        } catch {
            server.kill()
            throw error
        }
        let again = try ServerProcess(demo.settings, directory: directory)
        defer { again.kill() }
        try await again.listens()
        try await checkHistories(installation)
        await demo.installation.close()
    }

    private func cutCall(_ installation: TestInstallation, cut: () -> Void) async throws {
        let credentials = try await installation.prepared()
        let desk = try await installation.phone(
            credentials.phoneLogin, domain: credentials.domain, password: credentials.phonePassword,
            behaviour: PhoneBehaviour(answer: .after(.milliseconds(100))))
        try await desk.register()
        let caller = try await installation.caller()
        _ = try await caller.call(DemoCompany.number)
        try await desk.journal.first("the talk", within: .seconds(60)) {
            if case .answered = $0 { true } else { false }
        }
        cut()
        for phone in [desk, caller] { await phone.stop() }
    }

    private func checkHistories(_ installation: TestInstallation) async throws {
        let call = try await installation.finishedCall()
        let history = try #require(call["history"] as? [String: Any])
        #expect(history["PHONE_NUMBER"] as? String == DemoCompany.customerNumber)
        let controller = try Database.open(path: "\(installation.directory)/controller/controller.sqlite")
        let platform = try Database.open(path: "\(installation.directory)/voice/platform.sqlite")
        let rows = try await controller.read { try $0.query("SELECT * FROM call_history") }
        #expect(rows.count == 1)
        let sessions = try await platform.read { try $0.query("SELECT finish_reason, duration_ms FROM call_session") }
        #expect(sessions.count == 1)
        let reason = try sessions.first?.optionalText("finish_reason")
        #expect(reason?.hasPrefix("Internal error") == true, "\(reason ?? "still open")")
        try controller.close()
        try platform.close()
    }
}

/// `switchboard serve` as a process of its own, which a test may kill.
final class ServerProcess {
    private let process = Process()
    private let settings: Settings

    init(_ settings: Settings, directory: String) throws {
        self.settings = settings
        let config = "\(directory)/serve.yaml"
        try Self.yaml(settings).write(toFile: config, atomically: true, encoding: .utf8)
        process.executableURL = URL(filePath: "\(ProgramFiles.folder)/switchboard")
        process.arguments = ["serve", "--config", config]
        let log = "\(directory)/serve.log"
        try Data().write(to: URL(filePath: log))
        process.standardError = FileHandle(forWritingAtPath: log)
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": directory]
        try process.run()
    }

    /// Returns when the portal and the controller answer.
    func listens() async throws {
        for system in ["portal", "controller", "voice.http"] {
            let url = try #require(URL(string: settings.url(system) + "/health"))
            try await Wait.until("an answer of \(system)") {
                let probe = Process()
                probe.executableURL = URL(filePath: "/usr/bin/env")
                probe.arguments = ["bash", "-c", "exec 3<>/dev/tcp/\(url.host() ?? "")/\(url.port ?? 0)"]
                probe.standardError = FileHandle.nullDevice
                try probe.run()
                probe.waitUntilExit()
                return probe.terminationStatus == 0 ? true : nil
            }
        }
    }

    func kill() {
        guard process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// The settings as the nested YAML file that an operator would write.
    private static func yaml(_ settings: Settings) throws -> String {
        var tree: [String: Any] = [:]
        for key in ConfigurationCatalogue.keys {
            let value: Any =
                switch key.kind {
                case .text, .choice: settings.text(key.name)
                case .integer: settings.integer(key.name)
                case .boolean: settings.boolean(key.name)
                case .list: settings.list(key.name)
                }
            insert(value, at: key.name.split(separator: ".").map(String.init)[...], into: &tree)
        }
        // JSON is YAML.
        return String(decoding: try JSONSerialization.data(withJSONObject: tree), as: UTF8.self)
    }

    private static func insert(_ value: Any, at path: ArraySlice<String>, into tree: inout [String: Any]) {
        guard let first = path.first else { return }
        guard path.count > 1 else { return tree[first] = value }
        var child = tree[first] as? [String: Any] ?? [:]
        insert(value, at: path.dropFirst(), into: &child)
        tree[first] = child
    }
}
