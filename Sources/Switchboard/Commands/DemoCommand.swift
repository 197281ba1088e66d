import ArgumentParser
import Foundation
import Logging
import NIOPosix

/// `switchboard demo`: everything on loopback, a demo company, one real call, then stays up.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Run everything on loopback, make one real call, then stay up until Ctrl-C.")

    @Flag(help: "End after the call; exit code 0 when it went as it should.") var once = false
    @Flag(help: "Print one JSON report last.") var json = false
    @Option(help: "Folder for everything that the demo writes; without it a new one in the temporary folder.")
    var data: String?
    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let base = try await options.settings()
        LogOutput.bootstrap(base.replacing("log.level", .text("warning")))
        let demo = try await Demo(directory: data ?? Self.temporaryFolder(), base: base)
        say("Everything of this demo lies in \(demo.directory).")
        let systems = Task { try await demo.installation.run() }
        do {
            try await demo.installation.ready()
            let follower = SessionLogFollower(folder: "\(demo.directory)/voice/logs", show: say)
            let following = Task { await follower.run() }
            let report = try await demo.call(progress: say)
            following.cancel()
            await following.value
            say(report.text())
            if json { print(try report.json()) }
            fflush(nil)
        } catch {
            say("The demo call failed: \(error)")
            await demo.installation.stop()
            _ = await systems.result
            throw ExitCode.failure
        }
        if once {
            await demo.installation.stop()
            return try await systems.value
        }
        say("\nThe systems stay up. Press Ctrl-C to end.")
        try await systems.value
    }

    /// With --json standard output holds the report alone.
    private func say(_ text: String) {
        if json {
            FileHandle.standardError.write(Data((text + "\n").utf8))
        } else {
            print(text)
            fflush(nil)
        }
    }

    private static func temporaryFolder() -> String {
        URL(filePath: NSTemporaryDirectory()).appending(path: "switchboard-demo-\(UUID().uuidString.prefix(8))").path
    }
}
