import ArgumentParser
import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import Switchboard

/// The program as a script calls it: exit codes, help, JSON.
@Suite(.serialized) struct CommandTests {
    private func run(_ arguments: [String]) throws -> (status: Int32, output: String, errors: String) {
        try Self.run(arguments)
    }

    static func run(_ arguments: [String]) throws -> (status: Int32, output: String, errors: String) {
        let process = Process()
        process.executableURL = URL(filePath: "\(ProgramFiles.folder)/switchboard")
        process.arguments = arguments
        process.environment = ["PATH": "/usr/bin:/bin"]
        let output = Pipe()
        let errors = Pipe()
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        let complaint = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (
            process.terminationStatus, String(decoding: text, as: UTF8.self), String(decoding: complaint, as: UTF8.self)
        )
    }

    /// The words of every command, those of groups included.
    private static let commands = words(of: SwitchboardCommand.self)

    private static func words(of command: any ParsableCommand.Type) -> [[String]] {
        command.configuration.subcommands.flatMap { part -> [[String]] in
            let name = part.configuration.commandName ?? "\(part)"
            return [[name]] + words(of: part).map { [name] + $0 }
        }
    }

    @Test(arguments: commands) func everyCommandHasHelp(words: [String]) throws {
        let result = try run(words + ["--help"])
        #expect(result.status == 0)
        #expect(result.output.contains("USAGE: switchboard \(words.joined(separator: " "))"))
    }

    @Test func commandsWithAListSpeakJSON() throws {
        let lists = Self.commands.filter { ["list", "search", "show", "status", "check"].contains($0.last) }
        #expect(lists.count > 10)
        for words in lists where words != ["log", "show"] {
            #expect(try run(words + ["--help"]).output.contains("--json"), "\(words)")
        }
    }

    @Test(arguments: [["--role", "portal"], ["portal"]])
    func aPortThatIsTakenIsNamedWithARemedy(role: [String]) async throws {
        let holder = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(holder.localAddress?.port)
        let directory = NSTemporaryDirectory() + "taken-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let result = try run(["serve"] + role + ["--data-directory", directory, "--portal-port", "\(port)"])
        try await holder.close()
        #expect(result.status == 1)
        #expect(result.errors.contains("127.0.0.1:\(port)") && result.errors.contains("--portal-port"))
    }

    @Test func mistakesOfUsageEndWith64() throws {
        #expect(try run(["nonsense"]).status == 64)
        let setting = try run(["serve", "--voice-sip-prot", "1"])
        #expect(setting.status == 64)
        #expect(setting.errors.contains("--voice-sip-port"))
        #expect(try run(["phone", "--uri", "not an address"]).status == 64)
    }

    @Test(arguments: [
        ["account", "show", "SETTINGS", "main"], ["account", "show", "main", "SETTINGS"],
        ["account", "SETTINGS", "show", "main"], ["SETTINGS", "account", "show", "main"],
        ["account", "show", "SETTINGS", "--json", "--", "main"],
    ])
    func settingsMayStandAnywhere(words: [String]) throws {
        let directory = NSTemporaryDirectory() + "settings-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let settings = ["--data-directory", directory, "--controller-url", "http://127.0.0.1:1"]
        let result = try run(words.flatMap { $0 == "SETTINGS" ? settings : [$0] })
        #expect(result.status == 1)
        #expect(result.errors.contains("The controller does not answer at http://127.0.0.1:1"), "\(result.errors)")
    }

    @Test(arguments: [
        (["account", "show", "--data-directory", "x"], "'<portal>'"),
        (["account", "show", "--data-directory", "--json", "main"], "--data-directory has no value"),
        (["account", "show", "--data-directroy", "x", "main"], "Unknown option '--data-directroy'"),
        (["account", "show", "main", "--data-directroy", "x"], "Did you mean --data-directory?"),
        (["account", "show", "main", "other"], "'other' is one argument too many"),
        (["account", "show", "main", "--jsn"], "There is no setting --jsn"),
        (["account", "show", "main", "--controller-port", "many"], "The setting controller.port is many"),
        (["history", "search", "--limit"], "--limit"),
        (["serve", "portal", "phone"], "'phone' is one argument too many"),
    ])
    func slipsAreNamedAndEndWith64(words: [String], message: String) throws {
        let result = try run(words)
        #expect(result.status == 64)
        #expect(result.errors.contains(message), "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test func noOptionHasTheNameOfASetting() throws {
        let help = try run(["--experimental-dump-help"]).output
        let flags = Set(ConfigurationCatalogue.keys.map { String($0.flag.dropFirst(2)) })
        let names = help.matches(of: /"name" ?: ?"([^"]+)"/).map { String($0.1) }
        #expect(names.contains("all-portals"))
        #expect(flags.intersection(names) == [])
    }

    @Test func trunksOfAPlatformThatIsAwayAreAFailure() throws {
        let directory = NSTemporaryDirectory() + "trunks-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let result = try run([
            "trunk", "list", "--json", "--data-directory", directory, "--voice-http-url", "http://127.0.0.1:1",
        ])
        #expect(result.status == 1 && result.output.isEmpty && result.errors.contains("is it running"))
        #expect(try run(["trunk", "list", "--nonsense"]).status == 64)
        #expect(try run(["trunk", "list", "--help"]).status == 0)
    }

    @Test func theDoctorSaysWhatAProgramCanRead() throws {
        let directory = NSTemporaryDirectory() + "doctor-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let result = try run([
            "doctor", "--json", "--data-directory", directory, "--portal-port", "0", "--controller-port", "0",
            "--voice-http-port", "0", "--voice-sip-port", "0",
        ])
        let checks = try JSONDecoder().decode([Check].self, from: Data(result.output.utf8))
        #expect(result.status == (checks.contains { $0.verdict == .bad } ? 1 : 0))
        #expect(checks.first { $0.name == "database" }?.verdict == .good)
        #expect(checks.first { $0.name == "script worker" }?.verdict == .good)
        #expect(checks.filter { $0.verdict != .good }.allSatisfy { $0.remedy != nil })
    }

    @Test func aPhoneWithoutAServerFailsWithOne() throws {
        let result = try run([
            "phone", "--uri", "sip:user@example.invalid", "--password", "Secret-1234", "--server", "127.0.0.1:9",
            "--call",
            "1", "--no-register", "--json",
        ])
        #expect(result.status == 1)
        #expect(result.output.contains(#""event":"failed""#))
        #expect(!result.output.contains("Secret-1234") && !result.errors.contains("Secret-1234"))
    }
}
