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

/// `switchboard history list`, or without a word: a portal's latest calls, or how far the calls of all portals are.
struct HistoryListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List a portal's calls that go on, and then the latest others.",
        discussion: """
            Asks as the portal does: with the licence key of the installation for its own portal, with the one in \
            \(PortalSession.keyVariable) for another. With --all-portals it asks as the operator, who sees that there \
            are calls and how long, and not whose.
            """)

    @Option(help: "How many calls, 1 to 500.") var limit = 20
    @Option(help: "Only this call, with every decision that was made for it.") var call: String?
    @Option(help: "Whose calls; portal.id when missing.") var portal: String?
    @Flag(help: "The latest calls of all portals, as the operator sees them.") var allPortals = false
    @Flag(help: "Print the controller's answer as JSON.") var json = false
    @OptionGroup var options: ConfigurationOptions

    func validate() throws {
        guard (1...500).contains(limit) else { throw ValidationError("--limit wants 1 to 500.") }
        guard !allPortals || (call == nil && portal == nil) else {
            throw ValidationError("--all-portals goes without --portal and --call.")
        }
    }

    func run() async throws {
        let settings = try await options.settings()
        if allPortals { return try await listAll(settings) }
        try await PortalSession.run(settings, portal: portal) { session in
            if let call { return print(try JSONText.pretty(try await session.call(call))) }
            let running = try await session.ask("GetRunningCalls", ["LIMIT": limit])["result"] as? [[String: Any]] ?? []
            let rest = limit - running.count
            let latest =
                rest > 0 ? try await session.ask("FindCalls", ["LIMIT": rest])["result"] as? [[String: Any]] ?? [] : []
            guard !json else { return print(try JSONText.pretty(["running": running, "calls": latest])) }
            for call in running { print(Self.line(call, ["call_id", "state", "line", "caller", "user_id"])) }
            for call in latest { print(HistorySearchCommand.line(call)) }
        }
    }

    private func listAll(_ settings: Settings) async throws {
        let answer = try await OperatorSession.run(settings) { try await $0.calls(limit: limit) }
        guard !json else { return print(try JSONText.pretty(answer)) }
        for call in answer["calls"] as? [[String: Any]] ?? [] {
            print(Self.line(call, ["call_id", "portal", "state"]))
        }
    }

    private static func line(_ call: [String: Any], _ names: [String]) -> String {
        names.compactMap { call[$0] }.filter { !($0 is NSNull) }.map { "\($0)" }.joined(separator: "  ")
    }
}
