import ArgumentParser
import Foundation
import ScenarioTesting

/// `switchboard scenario`: tests of call scenarios, their versions and rollouts.
struct ScenarioCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scenario", abstract: "Test call scenarios, publish versions of them and roll them out.",
        subcommands: [
            ScenarioTestCommand.self, ScenarioPublishCommand.self, ScenarioVersionsCommand.self,
            ScenarioRolloutCommand.self, ScenarioStatusCommand.self,
        ])
}

/// Runs test files; exit codes 0 all passed, 1 some failed, 64 a file cannot be used.
struct ScenarioTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Run scenarios against staged callers and servers, without waiting.",
        discussion: """
            A test file names scenarios, says what callers, employees and web servers do, and what must happen. Two runs
            print the same. Exit codes: 0 all tests passed, 1 some failed, 64 a file cannot be used.
            """)

    @Argument(help: "Test files, or folders of them (.yaml).") var files: [String]
    @Option(help: "Run only tests whose name holds this text.") var only: String?
    @Option(help: "Lines of the journal that a failed test shows.") var lines = 25
    @Flag(help: "Print all outcomes and journals as JSON.") var json = false
    @Option(help: "The script-worker program; the one beside this program without it.") var worker: String?

    func run() async throws {
        let tests: [ScenarioTestFile]
        do {
            tests = try Self.paths(files).map { try ScenarioTestFile(path: $0) }
        } catch let error as TestFileError {
            throw ValidationError(error.description)
        }
        if let only, !tests.contains(where: { $0.tests.contains { $0.name.contains(only) } }) {
            throw ValidationError("no test's name holds “\(only)”")
        }
        let stage = ScenarioStage(workerExecutable: worker)
        try await stage.start()
        var report = TestReport()
        for file in tests {
            var outcomes: [TestOutcome] = []
            for test in file.tests where only.map({ test.name.contains($0) }) ?? true {
                outcomes.append(try await stage.run(test))
            }
            report.files.append((file.path, outcomes))
        }
        try await stage.shutdown()
        print(json ? report.json : report.tap(lines: lines))
        if report.failed > 0 { throw ExitCode(1) }
    }

    /// The named files, and the YAML files of named folders in the order of their names.
    private static func paths(_ names: [String]) throws -> [String] {
        try names.flatMap { name in
            guard let entries = try? FileManager.default.contentsOfDirectory(atPath: name) else { return [name] }
            let files = entries.filter { $0.hasSuffix(".yaml") }.sorted()
            guard !files.isEmpty else { throw ValidationError("\(name) holds no test file (.yaml)") }
            return files.map { name.hasSuffix("/") ? name + $0 : "\(name)/\($0)" }
        }
    }
}
