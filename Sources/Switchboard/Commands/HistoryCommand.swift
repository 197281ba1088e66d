import ArgumentParser
import Foundation

/// `switchboard history`: calls as the controller has them.
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "List the latest calls, find, export or count them.",
        subcommands: [
            HistoryListCommand.self, HistorySearchCommand.self, HistoryExportCommand.self, HistoryTotalsCommand.self,
        ],
        defaultSubcommand: HistoryListCommand.self)
}

/// `switchboard history list`, or without a word: the latest calls of all portals.
struct HistoryListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the latest calls, newest first.")

    @Option(help: "How many calls, 1 to 500.") var limit = 20
    @Option(help: "Only this call, with every decision that was made for it.") var call: String?
    @Flag(help: "Print the controller's answer as JSON.") var json = false
    @OptionGroup var options: ConfigurationOptions

    func validate() throws {
        guard (1...500).contains(limit) else { throw ValidationError("--limit wants 1 to 500.") }
    }

    func run() async throws {
        let settings = try await options.settings()
        let answer = try await OperatorSession.run(settings) { client in
            if let call { try await client.call(call) } else { try await client.calls(limit: limit) }
        }
        guard !json, call == nil else { return print(try JSONText.pretty(answer)) }
        for row in answer["calls"] as? [[String: Any]] ?? [] {
            let fields = ["call_id", "state", "line", "caller", "user_id"].map { "\(row[$0] ?? "")" }
            print(fields.joined(separator: "  "))
        }
    }
}
