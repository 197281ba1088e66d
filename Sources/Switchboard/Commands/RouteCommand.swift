import ArgumentParser
import AsyncHTTPClient
import Foundation

/// `switchboard route explain`: who would get a call at a time, and why.
struct RouteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "route", abstract: "Ask the controller about routes.", subcommands: [RouteExplainCommand.self])
}

/// The decision and its explanation for a line, a caller and a time.
struct RouteExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Show who would get a call, and why.",
        discussion: """
            Asks as the portal does: with the licence key of the installation for its own portal, with the one in \
            \(PortalSession.keyVariable) for another.
            """)

    @Option(help: "Line: its number or search id.") var line: String
    @Option(help: "Caller's number.") var caller: String
    @Option(help: "Time as ISO 8601, for example 2026-03-01T09:00:00Z; now without it.") var at: String?
    @Option(help: "Extension that the caller has dialled.") var code: String?
    @Option(help: "Whose line; portal.id when missing.") var portal: String?
    @Flag(help: "Print the controller's answer as JSON.") var json = false
    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let settings = try await options.settings()
        var fields = ["LINE": line, "CALLER": caller]
        fields["AT"] = at
        fields["DIRECT_CODE"] = code
        let answer = try await PortalSession.run(settings, portal: portal) { session in
            try await session.ask("ExplainRoute", fields)["result"] as? [String: Any] ?? [:]
        }
        guard !json else { return print(try JSONText.pretty(answer)) }
        for entry in answer["explanation"] as? [[String: Any]] ?? [] { print(entry["text"] as? String ?? "") }
        if let decision = answer["answer"] { print(try JSONText.pretty(decision)) }
    }
}
