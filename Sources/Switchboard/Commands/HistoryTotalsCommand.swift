import ArgumentParser
import Foundation

/// `switchboard history totals`: counts and durations of a portal's calls, which the operator may see of every portal.
struct HistoryTotalsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "totals", abstract: "Count a portal's calls by day, employee or line.")

    enum Scope: String, ExpressibleByArgument, CaseIterable {
        case day, employee, line
    }

    private static let columns = ["subject", "calls", "answered", "missed", "talk_seconds"]

    @Option(help: "day, employee or line.") var by = Scope.day
    @Option(help: "First day, like 2026-11-01.") var from: String
    @Option(help: "Last day.") var to: String
    @Option(help: "Whose calls; portal.id when missing.") var portal: String?
    @Flag(help: "Print the controller's answer as JSON.") var json = false
    @Flag(help: "Print CSV.") var csv = false
    @OptionGroup var options: ConfigurationOptions

    func validate() throws {
        guard !(json && csv) else { throw ValidationError("Give either --json or --csv.") }
    }

    func run() async throws {
        let settings = try await options.settings()
        let answer = try await OperatorSession.run(settings) { client in
            try await client.totals(
                portal: portal ?? settings.text("portal.id"), by: by.rawValue, from: from, to: to)
        }
        guard !json else { return print(try JSONText.pretty(answer)) }
        let separator = csv ? "," : "  "
        print(([by.rawValue] + Self.columns.dropFirst()).joined(separator: separator))
        for row in answer["totals"] as? [[String: Any]] ?? [] {
            let fields = Self.columns.map { "\(row[$0] ?? "")" }
            print((csv ? fields.map(Self.field) : fields).joined(separator: separator))
        }
    }

    /// One field of RFC 4180; what a spreadsheet would take for a formula begins with an apostrophe.
    static func field(_ text: String) -> String {
        let text = text.first.map { "=+-@\t\r".contains($0) } == true ? "'" + text : text
        guard text.contains(where: { ",\"\r\n".contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
