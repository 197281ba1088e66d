import Foundation
import TestProcesses
import Testing

@testable import Switchboard

/// The program as somebody at a shell calls it, with a running installation.
struct CommandShell {
    let installation: TestInstallation

    /// What a command has said.
    struct Run: Sendable {
        let status: Int32
        let output: String
        let errors: String

        var lines: [String] { output.split(whereSeparator: \.isNewline).map(String.init) }

        /// The output as one JSON object.
        func object() throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any], "\(self)")
        }

        /// The output as a list of JSON objects.
        func list() throws -> [[String: Any]] {
            try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [[String: Any]], "\(self)")
        }
    }

    /// - Parameters:
    ///   - words: The command with its arguments; the settings of the installation are put before the last of them.
    ///   - variables: What the environment has besides.
    func run(_ words: [String], _ variables: [String: String] = [:], controller: String? = nil) async throws -> Run {
        let settings = [
            "--data-directory", installation.directory, "--controller-url",
            controller ?? installation.settings.url("controller"), "--portal-url", installation.settings.url("portal"),
            "--voice-http-url", installation.settings.url("voice.http"),
        ]
        let arguments = Array(words.dropLast()) + settings + words.suffix(1)
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try Self.run(arguments, variables) })
            }
        }
    }

    /// The same of a command that must succeed.
    func succeed(_ words: String..., by token: String? = nil) async throws -> Run {
        let run = try await run(words, token.map { [OperatorSession.tokenVariable: $0] } ?? [:])
        #expect(run.status == 0, "\(words): \(run.errors)")
        #expect(run.errors.isEmpty || !run.errors.contains("Error"), "\(words): \(run.errors)")
        return run
    }

    /// The same of a command that must fail: its message.
    func fail(
        _ words: String..., with status: Int32 = 1, by token: String? = nil, controller: String? = nil
    ) async throws -> String {
        let run = try await run(
            words, token.map { [OperatorSession.tokenVariable: $0] } ?? [:], controller: controller)
        #expect(run.status == status, "\(words): \(run.output) \(run.errors)")
        #expect(run.output.isEmpty, "\(words): \(run.output)")
        return run.errors
    }

    private static func run(_ arguments: [String], _ variables: [String: String]) throws -> Run {
        let process = Process()
        process.executableURL = URL(filePath: "\(ProgramFiles.folder)/switchboard")
        process.arguments = arguments
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.start(path: "/usr/bin:/bin", variables: variables)
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        let complaint = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Run(
            status: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
            errors: String(decoding: complaint, as: UTF8.self))
    }
}
