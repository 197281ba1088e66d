import Foundation
import Testing

@testable import Switchboard

/// `switchboard serve` as a process of its own, which a test may kill.
final class ServerProcess {
    private let process = Process()
    private let settings: Settings
    private let roles: [Role]
    private let log: String

    /// - Parameters:
    ///   - directory: Where its settings and its log are written.
    ///   - roles: What it runs.
    init(_ settings: Settings, directory: String, roles: [Role] = Role.allCases) throws {
        self.settings = settings
        self.roles = roles
        log = "\(directory)/serve.log"
        let config = "\(directory)/serve.yaml"
        try Self.yaml(settings).write(toFile: config, atomically: true, encoding: .utf8)
        process.executableURL = URL(filePath: "\(ProgramFiles.folder)/switchboard")
        process.arguments = ["serve", "--config", config] + roles.flatMap { ["--role", $0.rawValue] }
        try Data().write(to: URL(filePath: log))
        process.standardError = FileHandle(forWritingAtPath: log)
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": directory]
        try process.run()
    }

    /// Returns when everything that it runs takes connections.
    func listens() async throws {
        for role in roles {
            let system = role == .voice ? "voice.http" : role.rawValue
            let address = "\(settings.text("\(system).address"))/\(settings.integer("\(system).port"))"
            try await Wait.until("an answer of \(system)") {
                let probe = Process()
                probe.executableURL = URL(filePath: "/usr/bin/env")
                probe.arguments = ["bash", "-c", "exec 3<>/dev/tcp/\(address)"]
                probe.standardError = FileHandle.nullDevice
                try probe.run()
                probe.waitUntilExit()
                return probe.terminationStatus == 0 ? true : nil
            }
        }
    }

    /// Returns when its log holds a text.
    func says(_ text: String) async throws {
        try await Wait.until("'\(text)' in \(log)") {
            try String(contentsOfFile: log, encoding: .utf8).contains(text) ? true : nil
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
