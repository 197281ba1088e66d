import Foundation

/// Shows lines of a session log to people: what happened first, its parameters without brackets, in colours.
struct SessionLogPainter {
    /// How SIP messages are shown.
    enum Messages: String, CaseIterable {
        /// Their first line.
        case folded
        /// All their lines.
        case whole
        case none
    }

    private enum Kind: String {
        case event = "32"
        case ownEvent = "33"
        case command = "36"
        case failure = "31"
        case frame = "2"
        case signalling = "35"
        case text = "0"
    }

    private static let stamp = 20
    private static let event = "Sent event to JS onPhoneEvent with params "
    private static let ownEvent = "Sent event from JS onPhoneEvent with params "
    private static let command = "Executing JS command: "
    private static let failures = ["Call.Failed", "Failed", "Error", "error"]

    let isColoured: Bool
    /// Letters of a line; nil for as many as there are.
    let width: Int?
    var messages = Messages.folded

    /// - Parameters:
    ///   - isTerminal: Whether people read along; files and other programs get no colours of themselves.
    ///   - environment: Whoever sets `NO_COLOR` there wants none (https://no-color.org).
    static func colours(isTerminal: Bool, _ environment: [String: String]) -> Bool {
        isTerminal && (environment["NO_COLOR"] ?? "").isEmpty
    }

    /// - Parameter line: As it stands in the file, `YYYY-MM-DD HH:MM:SS text`; every other line stays as it is.
    /// - Returns: The lines to show, of which there may be none.
    func lines(_ line: String) -> [String] {
        guard let message = LoggedMessage(line.dropFirst(Self.stamp)) else { return [text(line)] }
        let time = line.prefix(Self.stamp).dropFirst(11)
        switch messages {
        case .none: return []
        case .folded: return [painted(time, .signalling, message.headline)]
        case .whole:
            let margin = String(repeating: " ", count: time.count)[...]
            return [painted(time, .signalling, message.headline)]
                + message.rest.map { painted(margin, .signalling, "  \($0)") }
        }
    }

    private func text(_ line: String) -> String {
        guard line.count >= Self.stamp - 1, line.prefix(4).allSatisfy(\.isNumber) else { return line }
        let (kind, text) = Self.read(line.dropFirst(Self.stamp))
        return painted(line.prefix(Self.stamp).dropFirst(11), kind, text)
    }

    private func painted(_ time: Substring, _ kind: Kind, _ text: String) -> String {
        guard !text.isEmpty else { return String(time) }
        let folded = fold(text)
        guard isColoured else { return time + folded }
        return "\u{1B}[2m\(time)\u{1B}[0m\u{1B}[\(kind.rawValue)m\(folded)\u{1B}[0m"
    }

    private static func read(_ text: Substring) -> (Kind, String) {
        if text.hasPrefix(event) {
            let (name, fields) = fields(text.dropFirst(event.count))
            let isFailure = failures.contains { name.hasSuffix($0) }
            return (isFailure ? .failure : .event, line("←", name, fields))
        }
        if text.hasPrefix(ownEvent) {
            let (name, fields) = fields(text.dropFirst(ownEvent.count))
            return (.ownEvent, line("·", name, fields))
        }
        if text.hasPrefix(command) {
            let rest = text.dropFirst(command.count)
            let name = rest.prefix { $0 != " " }
            let parameters = rest.dropFirst(name.count + " with params ".count)
            return (.command, line("→", String(name), plain(parameters)))
        }
        if text.hasPrefix("Loading scenario") || text == "Session terminated" { return (.frame, String(text)) }
        if text.isEmpty { return (.text, "") }
        return (failures.contains { text.contains($0) } ? .failure : .text, "  " + text)
    }

    private static func line(_ sign: String, _ name: String, _ fields: String) -> String {
        "\(sign) \(name)" + (fields.isEmpty ? "" : "  \(fields)")
    }

    /// The event's name, and everything else about it.
    private static func fields(_ parameters: Substring) -> (name: String, rest: String) {
        var parts = plain(parameters).split(separator: "  ").map(String.init)
        guard let index = parts.firstIndex(where: { $0.hasPrefix("name=") }) else {
            return ("event", plain(parameters))
        }
        let name = parts.remove(at: index).dropFirst("name=".count)
        return (String(name), parts.joined(separator: "  "))
    }

    /// Without the log's brackets, ends of entries and what says nothing.
    private static func plain(_ parameters: Substring) -> String {
        var text = parameters
        if text.hasPrefix("["), text.hasSuffix("]") { text = text.dropFirst().dropLast() }
        let parts = text.split(separator: " ;  ").map { part in
            part.trimmingPrefix { $0 == "{" }.replacing(" = ", with: "=", maxReplacements: 1)
        }
        return parts.filter { !["}", "void", ""].contains($0) && !$0.hasSuffix("=NULL") && !$0.hasSuffix("={}") }
            .joined(separator: "  ")
    }

    private func fold(_ text: String) -> String {
        // The time takes nine letters.
        guard let width, text.count > width - 9 else { return text }
        return text.prefix(width - 10) + "…"
    }
}
