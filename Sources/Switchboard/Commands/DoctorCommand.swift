import ArgumentParser
import Foundation

/// `switchboard doctor`: exit code 0 when a start would succeed, 1 otherwise.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check libraries, ports, clock, data directory and database; say the remedy.")

    @OptionGroup var options: ConfigurationOptions
    @Flag(help: "Print the checks as JSON.") var json = false

    func run() async throws {
        let checks = await Doctor(settings: try await options.settings()).examine()
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(checks), as: UTF8.self))
        } else {
            for check in checks { print(Self.line(check)) }
        }
        if checks.contains(where: { $0.verdict == .bad }) { throw ExitCode.failure }
    }

    private static func line(_ check: Check) -> String {
        let mark =
            switch check.verdict {
            case .good: "ok  "
            case .warning: "warn"
            case .bad: "BAD "
            }
        return "\(mark) \(check.name): \(check.finding)" + (check.remedy.map { "\n       → \($0)" } ?? "")
    }
}
