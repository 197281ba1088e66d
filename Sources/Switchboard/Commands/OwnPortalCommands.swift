import ArgumentParser
import Foundation

/// `switchboard user`: the devices of a portal's employees.
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "List the logins of employees' devices.", subcommands: [UserListCommand.self])
}

/// `switchboard user list`
struct UserListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List each login, and whether it is let in.")

    @OptionGroup var portal: OwnPortalOptions

    func run() async throws {
        try await portal.list("GetUsers", "logins") { user in
            "\(user["login"] ?? "")  \(user["enabled"] as? Bool == false ? "shut out" : "let in")"
        }
    }
}

/// `switchboard line`: a portal's lines.
struct LineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "line", abstract: "List the lines that calls have come in on.",
        subcommands: [LineListCommand.self])
}

/// `switchboard line list`
struct LineListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List each line with number and version of its settings; with --json the settings, too.")

    @OptionGroup var portal: OwnPortalOptions

    func run() async throws {
        try await portal.list("GetLines", "lines") { line in
            let state =
                line["error"] as? String ?? (line["stale"] as? Bool == true ? "to be asked for again" : "current")
            return "\(line["line"] ?? "")  \(line["phone_number"] ?? "")  version \(line["version"] ?? "")  \(state)"
        }
    }
}

/// `switchboard number`: a portal's numbers.
struct NumberCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "number", abstract: "List a portal's numbers.",
        subcommands: [NumberListCommand.self])
}

/// `switchboard number list`
struct NumberListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List each number with its price, state and next payment.")

    @OptionGroup var portal: OwnPortalOptions

    func run() async throws {
        try await portal.list("GetNumbers", "numbers") { number in
            ["PHONE_NUMBER", "STATE", "PRICE", "CURRENCY", "NEXT_RENEWAL"].compactMap { number[$0] }
                .filter { !($0 is NSNull) }.map { "\($0)" }.joined(separator: "  ")
        }
    }
}

/// `switchboard record`: recordings of calls.
struct RecordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record", abstract: "Fetch recordings of calls.", subcommands: [RecordGetCommand.self])
}

/// `switchboard record get`
struct RecordGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Fetch the recording of a call into a file.")

    @Argument(help: "The call's identifier; 'switchboard history' lists them.") var call: String
    @Option(name: .shortAndLong, help: "The file; what is there already is not overwritten.") var output: String
    @Option(help: "Whose call; portal.id when missing.") var portal: String?
    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let settings = try await options.settings()
        guard !FileManager.default.fileExists(atPath: output) else {
            throw OperatorClient.Failure(description: "\(output) is there already; name another file.")
        }
        let sound = try await PortalSession.run(settings, portal: portal) { try await $0.recording(call) }
        try OwnersFile.write(sound, to: output)
        print("\(output): \(sound.count) octets")
    }
}

/// Whose, and how it is printed.
struct OwnPortalOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The portal's name; portal.id when missing. Of another one \(PortalSession.keyVariable) holds the key."))
    var portal: String?
    @Flag(help: "Print the list as JSON.") var json = false
    @OptionGroup var options: ConfigurationOptions

    /// Prints what the command answers, a line each, page after page.
    func list(_ command: String, _ name: String, _ line: ([String: Any]) -> String) async throws {
        let settings = try await options.settings()
        let rows = try await PortalSession.run(settings, portal: portal) { session in
            var rows: [[String: Any]] = []
            var after: String?
            repeat {
                let answer = try await session.ask(command, after.map { ["AFTER": $0] } ?? [:])
                rows += answer["result"] as? [[String: Any]] ?? []
                after = answer["next"] as? String
            } while after != nil
            return rows
        }
        guard !json else { return print(try JSONText.pretty(rows)) }
        if rows.isEmpty { print("no \(name)") }
        for row in rows { print(line(row)) }
    }
}
