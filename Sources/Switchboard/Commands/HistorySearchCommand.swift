import ArgumentParser
import Foundation

/// `switchboard history search`: a portal's calls by filters, newest first.
struct HistorySearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Find calls of a portal, newest first.",
        discussion: """
            Asks as the portal does: with the licence key of the installation for its own portal, with the one in \
            \(PortalSession.keyVariable) for another.
            """)

    private static let page = 500

    @OptionGroup var filter: HistoryFilterOptions
    @Option(help: "How many calls at the most, 1 to 100000.") var limit = 50
    @Option(help: "Whose calls; portal.id when missing.") var portal: String?
    @Flag(help: "Print a list as JSON.") var json = false
    @OptionGroup var options: ConfigurationOptions

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit wants 1 to 100000.") }
    }

    func run() async throws {
        let settings = try await options.settings()
        try await PortalSession.run(settings, portal: portal) { session in
            var wanted = try filter.fields(in: try await session.timeZone())
            var rest = limit
            var isFirst = true
            if json { print("[", terminator: "") }
            repeat {
                wanted["LIMIT"] = min(rest, Self.page)
                let answer = try await session.ask("FindCalls", wanted)
                let calls = answer["result"] as? [[String: Any]] ?? []
                for call in calls {
                    if json { print(isFirst ? "" : ",", try JSONText.line(call), separator: "\n", terminator: "") }
                    if !json { print(Self.line(call)) }
                    isFirst = false
                }
                rest -= calls.count
                wanted["CURSOR"] = answer["next"] as? String
            } while rest > 0 && wanted["CURSOR"] != nil
            if json { print("\n]") }
        }
    }

    static func line(_ call: [String: Any]) -> String {
        let milliseconds = (call["CALL_START_DATE"] as? Int) ?? 0
        let start = Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(.iso8601)
        let cost = [call["COST_FINAL"], call["COST_CURRENCY"]].compactMap { $0 as? String }.joined(separator: " ")
        let employee = (call["USER_ID"] as? Int).map { "employee \($0)" } ?? "nobody"
        let fields = ["DIRECTION", "RESULT", "PHONE_NUMBER", "LINE"].map { call[$0] as? String ?? "" }
        return
            ([start] + fields + [employee, "\(call["CALL_DURATION"] as? Int ?? 0) s", cost]
            + [call["CALL_ID"] as? String ?? ""]).filter { !$0.isEmpty }.joined(separator: "  ")
    }
}
