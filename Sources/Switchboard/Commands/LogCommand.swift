import ArgumentParser
import Foundation

/// `switchboard log`: what happened in a call's session.
struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Show the logs of calls' sessions.", subcommands: [LogShowCommand.self])
}

/// `switchboard log show`
struct LogShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract:
            "Show the session log of a call, its events, commands and SIP messages folded to one short line each.",
        discussion: """
            Asks as the portal does: with the licence key of the installation for its own portal, with the one in \
            \(PortalSession.keyVariable) for another. Whoever has neither asks the portal for its permission \
            ('switchboard support').
            """)

    @Argument(help: "The call's identifier; 'switchboard history' lists them.") var call: String
    @Flag(help: "Go on until the session has ended.") var follow = false
    @Option(help: "Whose call; portal.id when missing.") var portal: String?
    @OptionGroup var look: SessionLogOptions
    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let settings = try await options.settings()
        try await PortalSession.run(settings, portal: portal) { session in
            var tail = SessionLogTail()
            while true {
                look.show(tail.lines(of: try await session.log(call)))
                guard follow, !tail.hasEnded else { return }
                try await Task.sleep(for: .seconds(1))
            }
        }
    }
}
