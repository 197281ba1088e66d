import Foundation
import TestProcesses

/// A program of others that makes requests to a running server from the document alone, and judges the answers.
///
/// `make test-dependencies` installs it; the requests are the same in each run.
public struct Schemathesis: Sendable {
    /// Of `schemathesis.toml` and of `proofs.py`, which lets the program in; beside them it has what is common to all.
    public var folder: URL
    /// Of the server, as in `http://127.0.0.1:8080`.
    public var server: String
    /// Operations with one of these tags are tried.
    public var tags: [String]
    /// More arguments that choose among the operations.
    public var more: [String] = []
    /// What `proofs.py` finds in its environment.
    public var secrets: [String: String]
    /// What stands in `schemathesis.toml` for things that a test makes first, and what they are.
    public var things: [String: String]

    /// - Parameter file: In the folder of the configuration: `#filePath`.
    public init(
        beside file: String, server: String, tags: [String], secrets: [String: String], things: [String: String] = [:]
    ) {
        folder = URL(filePath: file).deletingLastPathComponent()
        (self.server, self.tags, self.secrets, self.things) = (server, tags, secrets, things)
    }

    /// What a program said, and its status at its end; 0 says that nothing is wrong.
    public struct Report: Sendable {
        public let status: Int32
        public let text: String
    }

    public func run() async throws -> Report {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "schemathesis-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        let configuration = scratch.appending(path: "schemathesis.toml")
        try self.configuration().write(to: configuration, atomically: true, encoding: .utf8)
        return try await PythonProgram.run(
            [
                SourceTree.python.appending(path: "schemathesis").path, "--config-file", configuration.path, "run",
                OpenAPIDocument.file.path, "--url", server,
            ] + tags.flatMap { ["--include-tag", $0] } + more, in: scratch,
            variables: secrets.merging([
                "PYTHONPATH": "\(Self.common.path):\(folder.path)", "SCHEMATHESIS_HOOKS": "proofs",
            ]) { $1 })
    }

    private static let common = URL(filePath: #filePath).deletingLastPathComponent()

    private func configuration() throws -> String {
        let texts = try [Self.common, folder].map {
            try String(contentsOf: $0.appending(path: "schemathesis.toml"), encoding: .utf8)
        }
        return things.reduce(texts.joined(separator: "\n")) { $0.replacing($1.key, with: $1.value) }
    }
}

/// A validator of others, which looks at the document alone.
public enum OpenAPIValidator {
    public static func run() async throws -> Schemathesis.Report {
        try await PythonProgram.run(
            ["-m", "openapi_spec_validator", "--schema", "3.1", OpenAPIDocument.file.path],
            in: FileManager.default.temporaryDirectory, variables: [:])
    }
}

/// A program for Python, run to its end.
private enum PythonProgram {
    struct Missing: Error, CustomStringConvertible {
        var description: String { "no Python in \(SourceTree.python.path); run make test-dependencies" }
    }

    /// By its interpreter: the programs themselves name the place where they were installed first.
    static func run(
        _ arguments: [String], in folder: URL, variables: [String: String]
    ) async throws -> Schemathesis.Report {
        let python = SourceTree.python.appending(path: "python")
        guard FileManager.default.isExecutableFile(atPath: python.path) else { throw Missing() }
        let report = FileManager.default.temporaryDirectory.appending(path: "report-\(UUID().uuidString)")
        _ = FileManager.default.createFile(atPath: report.path, contents: nil)
        defer { try? FileManager.default.removeItem(at: report) }
        let output = try FileHandle(forWritingTo: report)
        let process = Process()
        process.executableURL = python
        process.currentDirectoryURL = folder
        process.arguments = arguments
        (process.standardOutput, process.standardError) = (output, output)
        let (ended, end) = AsyncStream<Void>.makeStream()
        process.terminationHandler = { _ in end.finish() }
        try process.start(variables: variables.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 })
        // A test whose time is over ends the program, too.
        let number = process.processIdentifier
        await withTaskCancellationHandler {
            await Task { for await _ in ended {} }.value
        } onCancel: {
            kill(number, SIGTERM)
        }
        return Schemathesis.Report(
            status: process.terminationStatus, text: try String(contentsOf: report, encoding: .utf8))
    }
}
