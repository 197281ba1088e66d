import ArgumentParser
import Foundation

/// `switchboard history`: the latest calls as the controller has them.
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "List the latest calls, newest first, or count them.")

    @Option(help: "How many calls, 1 to 500.") var limit = 20
    @Option(help: "Only this call, with every decision that was made for it.") var call: String?
    @Option(help: "Count a portal's calls by day, employee or line instead.") var totals: Scope?
    @Option(help: "Its name; portal.id when missing.") var portal: String?
    @Option(help: "First day of the count, like 2026-11-01.") var from: String?
    @Option(help: "Last day of the count.") var to: String?
    @Flag(help: "Print the controller's answer as JSON.") var json = false
    @OptionGroup var options: ConfigurationOptions

    enum Scope: String, ExpressibleByArgument, CaseIterable {
        case day, employee, line
    }

    func validate() throws {
        guard totals == nil || (from != nil && to != nil) else {
            throw ValidationError("--totals wants --from and --to, days like 2026-11-01.")
        }
        guard (1...500).contains(limit) else { throw ValidationError("--limit wants 1 to 500.") }
    }

    func run() async throws {
        let settings = try await options.settings()
        if let totals { return try await count(totals, settings) }
        let answer = try await OperatorSession.run(settings) { client in
            if let call { try await client.call(call) } else { try await client.calls(limit: limit) }
        }
        guard !json, call == nil else { return print(try JSONText.pretty(answer)) }
        for row in answer["calls"] as? [[String: Any]] ?? [] {
            let fields = ["call_id", "state", "line", "caller", "user_id"].map { "\(row[$0] ?? "")" }
            print(fields.joined(separator: "  "))
        }
    }

    private func count(_ scope: Scope, _ settings: Settings) async throws {
        let answer = try await OperatorSession.run(settings) { client in
            try await client.totals(
                portal: portal ?? settings.text("portal.id"), by: scope.rawValue, from: from ?? "", to: to ?? "")
        }
        guard !json else { return print(try JSONText.pretty(answer)) }
        print("\(scope.rawValue)  calls  answered  missed  talk seconds")
        for row in answer["totals"] as? [[String: Any]] ?? [] {
            let fields = ["subject", "calls", "answered", "missed", "talk_seconds"].map { "\(row[$0] ?? "")" }
            print(fields.joined(separator: "  "))
        }
    }
}
