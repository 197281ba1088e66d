import ArgumentParser
import Foundation

/// `switchboard staff`: who may use the controller's operator endpoints, and as what.
struct StaffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "staff",
        abstract: "List, add, disable and enable the operator's people, give them tokens, show what they did.",
        discussion: """
            Roles: viewer reads; publisher also guides scenario versions; administrator also makes portals, keys and \
            staff; support sees what a portal has granted, and nothing else. Whoever has a token of their own puts it \
            into the environment as \(OperatorSession.tokenVariable).
            """,
        subcommands: [
            ListStaff.self, AddStaff.self, NewToken.self, DisableStaff.self, EnableStaff.self, ShowJournal.self,
        ])

    struct ListStaff: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List the staff by name.")

        @Flag(help: "Print the controller's answer as JSON.") var json = false
        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            let answer = try await OperatorSession.run(try await options.settings()) { client in
                try await client.get("/admin/staff")
            }
            guard !json else { return print(try JSONText.pretty(answer)) }
            for row in answer["staff"] as? [[String: Any]] ?? [] {
                let state = row["enabled"] as? Bool == true ? "" : "  disabled"
                print("\(row["name"] ?? "-")  \(row["role"] ?? "-")\(state)")
            }
        }
    }

    struct AddStaff: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Add a person.",
            discussion: "Prints the person's token, this once: it is shown to nobody again.")

        @Argument(help: "1 to 64 latin letters, digits, dots, hyphens, underscores.") var name: String
        @Option(help: "viewer, publisher, administrator or support.") var role: String
        @Flag(help: "Print the controller's answer as JSON.") var json = false
        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            try await StaffCommand.show(options, json: json, "/admin/staff", ["name": name, "role": role])
        }
    }

    struct NewToken: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "token", abstract: "Give a person a new token; the former one ends at once.")

        @Argument(help: "The person's name.") var name: String
        @Flag(help: "Print the controller's answer as JSON.") var json = false
        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            try await StaffCommand.show(options, json: json, StaffCommand.path(name, "token"), [:])
        }
    }

    struct DisableStaff: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "disable", abstract: "Shut a person out at once.")

        @Argument(help: "The person's name.") var name: String
        @Flag(help: "Print the controller's answer as JSON.") var json = false
        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            try await StaffCommand.show(options, json: json, StaffCommand.path(name, "disable"), [:])
        }
    }

    struct EnableStaff: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "enable", abstract: "Let a person in again, with the token of before.")

        @Argument(help: "The person's name.") var name: String
        @Flag(help: "Print the controller's answer as JSON.") var json = false
        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            try await StaffCommand.show(options, json: json, StaffCommand.path(name, "enable"), [:])
        }
    }

    struct ShowJournal: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "journal", abstract: "List what the operator's people have changed, the latest first.")

        @Option(help: "How many lines, 1 to 500.") var limit = 50
        @Option(help: "Go on below the line of this number.") var before: Int?
        @Flag(help: "Print the controller's answer as JSON.") var json = false
        @OptionGroup var options: ConfigurationOptions

        func validate() throws {
            guard (1...500).contains(limit) else { throw ValidationError("--limit wants 1 to 500.") }
            guard before ?? 1 > 0 else { throw ValidationError("--before wants a line's number.") }
        }

        func run() async throws {
            let path = "/admin/journal?limit=\(limit)" + (before.map { "&before=\($0)" } ?? "")
            let answer = try await OperatorSession.run(try await options.settings()) { try await $0.get(path) }
            guard !json else { return print(try JSONText.pretty(answer)) }
            for line in answer["journal"] as? [[String: Any]] ?? [] {
                let time = (line["at"] as? Int).map {
                    Date(timeIntervalSince1970: TimeInterval($0)).formatted(.iso8601)
                }
                let fields = ["person", "act", "object"].map { "\(line[$0] ?? "-")" }
                print(([time ?? "-"] + fields).joined(separator: "  "))
            }
            if let next = answer["next"] as? Int { print("More with --before \(next)") }
        }
    }

    private static func path(_ name: String, _ action: String) -> String {
        "/admin/staff/\(OperatorClient.segment(name))/\(action)"
    }

    private static func show(
        _ options: ConfigurationOptions, json: Bool, _ path: String, _ body: [String: Any]
    ) async throws {
        let answer = try await OperatorSession.run(try await options.settings()) { client in
            try await client.post(path, body)
        }
        guard !json else { return print(try JSONText.pretty(answer)) }
        for name in ["name", "role", "token"] {
            if let value = answer[name] as? String { print("\(name): \(value)") }
        }
        print("enabled: \(answer["enabled"] as? Bool == true ? "yes" : "no")")
    }
}
