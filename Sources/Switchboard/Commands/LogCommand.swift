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
        discussion: "Of portals of the controller's configuration; for others ask for the portal's permission first "
            + "('switchboard support').")

    @Argument(help: "The call's identifier; 'switchboard history' lists them.") var call: String
    @Flag(help: "Go on until the session has ended.") var follow = false
    @Flag(help: "Print the lines as they stand in the file.") var raw = false
    @Option(help: "Letters of a line, 40 or more; 0 for as many as there are. Usual is the terminal's width.")
    var width: Int?
    @Option(help: "Colours: always, never, or auto for terminals only.") var colour = Colour.auto
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
        try await OperatorSession.run(settings) { client in
            var tail = SessionLogTail()
            while true {
                for line in tail.lines(of: try await client.log(call)) { print(raw ? line : painter.text(line)) }
                guard follow, !tail.hasEnded else { return }
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    private static var columns: Int? {
        ProcessInfo.processInfo.environment["COLUMNS"].flatMap(Int.init).map { max(40, $0) } ?? 120
    }
}
