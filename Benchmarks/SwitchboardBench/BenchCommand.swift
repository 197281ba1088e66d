import ArgumentParser
import Foundation

/// `switchboard-bench`: measures the product and says which marks it meets.
@main
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "switchboard-bench", abstract: "Measure Switchboard on this machine.",
        subcommands: [MeasureCommand.self, ForwardCommand.self, LoadCommand.self],
        defaultSubcommand: MeasureCommand.self)
}

/// All figures in one run of about two and a half minutes.
struct MeasureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure", abstract: "Measure everything, print a table and write a JSON file.")

    enum Part: String, CaseIterable, ExpressibleByArgument { case parsing, media, scripts, calls, management }

    @Option(help: "File for the figures as JSON.") var output: String?
    @Option(help: "Measure only this; may repeat.") var only: [Part] = []
    @Option(help: "Calls for the time of a call.") var calls = 300
    @Option(help: "Calls that begin in a second.") var rate = 20.0
    @Option(help: "Calls at once for the memory of a call.") var standing = 200
    @Flag(help: "Leave the server's files in the temporary directory.") var keep = false

    func validate() throws {
        guard 1...5000 ~= calls, 1...450 ~= standing, 0.5...200 ~= rate else {
            throw ValidationError("calls are 1 to 5000, standing 1 to 450, rate 0.5 to 200")
        }
    }

    func run() async throws {
        var report = Report()
        let parts = only.isEmpty ? Part.allCases : only
        for part in Part.allCases where parts.contains(part) { report.figures += try await measure(part) }
        FileHandle.standardOutput.write(Data(report.table.utf8))
        if let output { try report.write(to: output) }
    }

    private func measure(_ part: Part) async throws -> [Figure] {
        switch part {
        case .parsing:
            Self.say("Measuring the parser.")
            return try ParserBenchmark.run()
        case .media:
            Self.say("Measuring the media thread.")
            return try await Task.detached { try MediaFigures.run(calls: 500, seconds: 5) }.value
        case .scripts:
            Self.say("Measuring the start of scripts.")
            return try await ScriptBenchmark(
                worker: "\(BenchFiles.folder)/script-worker", scenarios: try BenchFiles.scenarios()
            ).run()
                + ScenarioTestBenchmark(
                    program: "\(BenchFiles.folder)/switchboard", file: try BenchFiles.hourOfQueue()
                ).run()
        case .calls:
            var benchmark = CallBenchmark(
                program: "\(BenchFiles.folder)/switchboard", scenarios: try BenchFiles.scenarios(), progress: Self.say)
            (benchmark.calls, benchmark.rate, benchmark.standing, benchmark.keepsFiles) = (calls, rate, standing, keep)
            return try await benchmark.run() + benchmark.runApart()
        case .management:
            let site = try ServerProcess.Site.bench(
                program: "\(BenchFiles.folder)/switchboard", scenarios: try BenchFiles.scenarios(),
                trunk: "127.0.0.3")
            return try await ServerProcess.run(
                site, shape: .together, seconds: 180, keepingFiles: keep, progress: Self.say
            ) { try await ManagementBenchmark(server: $0, progress: Self.say).run() }
        }
    }

    private static func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}

/// Files that the benchmark needs beside itself.
enum BenchFiles {
    static let folder: String = {
        let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "."
        return URL(filePath: path).deletingLastPathComponent().path
    }()

    /// The scenario in the source tree that this program was built from.
    static func scenarios() throws -> String {
        let tree = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try existing(tree.appending(path: "Scenarios/bitrix24").path)
    }

    /// The test in which a caller waits for an hour.
    static func hourOfQueue() throws -> String {
        try existing("\(URL(filePath: try scenarios()).deletingLastPathComponent().path)/tests/queue.yaml")
    }

    private static func existing(_ path: String) throws -> String {
        guard FileManager.default.fileExists(atPath: path) else {
            throw ServerProcess.Failure(description: "There is no \(path): run the benchmark where it was built.")
        }
        return path
    }
}
