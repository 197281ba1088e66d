import Foundation
import Testing

@testable import Switchboard

/// What `switchboard scenario test` takes, in processor time of the program and all that it has started: the machine may
/// be busy with other things.
@Suite(.serialized) struct ScenarioTimeTests {
    @Test func anHourOfQueueTakesASecondOfProcessorTime() throws {
        let tree = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = tree.appending(path: "Scenarios/tests/queue.yaml").path
        let seconds = try (0..<3).map { _ in try Self.processorSeconds(ofTesting: file) }
        let best = try #require(seconds.min())
        #expect(best > 0.01 && best < 2, "of \(seconds)")
    }

    /// The shell tells what its children have used, those that they have waited for included (POSIX, `times`).
    private static func processorSeconds(ofTesting file: String) throws -> Double {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [
            "-c", #""$0" scenario test "$1" > /dev/null && times"#, "\(ProgramFiles.folder)/switchboard", file,
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        let children = try #require(text.split(separator: "\n").last).split(separator: " ")
        try #require(children.count == 2)
        return try children.reduce(0) { try $0 + seconds($1) }
    }

    /// `0m0.38s`.
    private static func seconds(_ text: Substring) throws -> Double {
        let parts = text.dropLast().split(separator: "m")
        return try #require(Double(parts[0])) * 60 + #require(Double(parts[1]))
    }
}
