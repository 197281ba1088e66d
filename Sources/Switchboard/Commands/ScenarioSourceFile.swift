import ArgumentParser
import Foundation
import ScenarioTesting

/// A call scenario on disk: a file, or the `.js` files of a folder in the order of their names.
enum ScenarioSourceFile {
    /// Stand-ins for what the controller puts before each account's text.
    private static let constants = [
        (name: "CONTROLLER_URL", value: "http://127.0.0.1"), (name: "PORTAL_ID", value: "check"),
        (name: "REQUEST_KEY", value: String(repeating: "0", count: 64)), (name: "SCENARIO_VERSION", value: "0"),
    ]

    /// - Throws: a usage error that says what cannot be read.
    static func read(_ path: String) throws -> String {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)).map { entries in
            entries.filter { $0.hasSuffix(".js") }.sorted().map { path.hasSuffix("/") ? path + $0 : "\(path)/\($0)" }
        }
        let files = names ?? [path]
        guard !files.isEmpty else { throw ValidationError("\(path) holds no script (.js).") }
        return try files.map { file in
            guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
                throw ValidationError("\(file) cannot be read as UTF-8 text.")
            }
            return text
        }.joined(separator: "\n")
    }

    /// - Throws: `OperatorClient.Failure` for a script that cannot be loaded.
    static func check(_ source: String, worker: String?) async throws {
        guard let problem = try await ScenarioCheck(workerExecutable: worker).problem(in: source, constants: constants)
        else { return }
        throw OperatorClient.Failure(description: "The scenario cannot be loaded, nothing was published: \(problem)")
    }
}
