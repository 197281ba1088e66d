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
        abstract: "Show the session log of a call, its events and commands folded to one short line each.",
        discussion: """
            Asks as the portal does: with the licence key of the installation for its own portal, with the one in \
            \(PortalSession.keyVariable) for another. Whoever has neither asks the portal for its permission \
            ('switchboard support').
            """)

    @Argument(help: "The call's identifier; 'switchboard history' lists them.") var call: String
    @Flag(help: "Go on until the session has ended.") var follow = false
    @Flag(help: "Print the lines as they stand in the file.") var raw = false
    @Option(help: "Letters of a line, 40 or more; 0 for as many as there are. Usual is the terminal's width.")
    var width: Int?
    @Option(help: "Colours: always, never, or auto for terminals only.") var colour = Colour.auto
    @Option(help: "Whose call; portal.id when missing.") var portal: String?
    @OptionGroup var options: ConfigurationOptions

    enum Colour: String, ExpressibleByArgument, CaseIterable {
        case auto, always, never
    }

    func validate() throws {
        guard width.map({ $0 == 0 || $0 >= 40 }) ?? true else {
            throw ValidationError("--width wants 0, or 40 or more.")
        }
    }

    func run() async throws {
        let settings = try await options.settings()
        let isTerminal = isatty(STDOUT_FILENO) == 1
        let painter = SessionLogPainter(
            isColoured: colour == .always || (colour == .auto && isTerminal),
            width: width.map { $0 == 0 ? nil : $0 } ?? (isTerminal ? Self.columns : nil))
        try await PortalSession.run(settings, portal: portal) { session in
            var tail = SessionLogTail()
            while true {
                for line in tail.lines(of: try await session.log(call)) { print(raw ? line : painter.text(line)) }
                guard follow, !tail.hasEnded else { return }
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    private static var columns: Int? {
        ProcessInfo.processInfo.environment["COLUMNS"].flatMap(Int.init).map { max(40, $0) } ?? 120
    }
}
