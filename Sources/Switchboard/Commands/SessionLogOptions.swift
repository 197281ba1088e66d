import ArgumentParser
import Foundation

/// How a session log is shown.
struct SessionLogOptions: ParsableArguments {
    enum Colour: String, ExpressibleByArgument, CaseIterable {
        case auto, always, never
    }

    @Flag(help: "Print the lines as they stand in the file.") var raw = false
    @Option(help: "SIP messages: folded to their first line, whole, or none.")
    var sip = SessionLogPainter.Messages.folded
    @Option(help: "Letters of a line, 40 or more; 0 for as many as there are. Usual is the terminal's width.")
    var width: Int?
    @Option(help: "Colours: always, never, or auto for terminals where NO_COLOR is not set.") var colour = Colour.auto

    func validate() throws {
        guard width.map({ $0 == 0 || $0 >= 40 }) ?? true else {
            throw ValidationError("--width wants 0, or 40 or more.")
        }
    }

    /// Prints lines of a log, at once: whoever follows a call waits for them.
    func show(_ lines: [String]) {
        let painter = painter
        for line in lines {
            for shown in raw ? [line] : painter.lines(line) { print(shown) }
        }
        fflush(nil)
    }

    private var painter: SessionLogPainter {
        let environment = ProcessInfo.processInfo.environment
        let isTerminal = isatty(STDOUT_FILENO) == 1
        let isColoured = SessionLogPainter.colours(isTerminal: isTerminal, environment)
        let columns = environment["COLUMNS"].flatMap(Int.init).map { max(40, $0) } ?? 120
        return SessionLogPainter(
            isColoured: colour == .always || (colour == .auto && isColoured),
            width: width.map { $0 == 0 ? nil : $0 } ?? (isTerminal ? columns : nil), messages: sip)
    }
}

extension SessionLogPainter.Messages: ExpressibleByArgument {}
