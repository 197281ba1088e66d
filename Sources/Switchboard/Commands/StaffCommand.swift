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

        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.show { answer in
                AnswerText.rows(answer, "staff").map { row in
                    let state = row["enabled"] as? Bool == true ? "" : "  disabled"
                    return AnswerText.line(row, ["name", "role"]) + state
                }
            } of: {
                try await $0.get("/admin/staff")
            }
        }
    }

    struct AddStaff: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Add a person.",
            discussion: "Prints the person's token, this once: it is shown to nobody again.")

        @Argument(help: "1 to 64 latin letters, digits, dots, hyphens, underscores.") var name: String
        @Option(help: "viewer, publisher, administrator or support.") var role: String
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.show(StaffCommand.lines) {
                try await $0.post("/admin/staff", ["name": name, "role": role])
            }
        }
    }

    struct NewToken: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "token", abstract: "Give a person a new token; the former one ends at once.")

        @OptionGroup var person: StaffPerson

        func run() async throws { try await person.change("token") }
    }

    struct DisableStaff: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "disable", abstract: "Shut a person out at once.")

        @OptionGroup var person: StaffPerson

        func run() async throws { try await person.change("disable") }
    }

    struct EnableStaff: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "enable", abstract: "Let a person in again, with the token of before.")

        @OptionGroup var person: StaffPerson

        func run() async throws { try await person.change("enable") }
    }

    struct ShowJournal: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "journal", abstract: "List what the operator's people have changed, the latest first.")

        @Option(help: "How many lines, 1 to 500.") var limit = 50
        @Option(help: "Go on below the line of this number.") var before: Int?
        @OptionGroup var options: OperatorOptions

        func validate() throws {
            guard (1...500).contains(limit) else { throw ValidationError("--limit wants 1 to 500.") }
            guard before ?? 1 > 0 else { throw ValidationError("--before wants a line's number.") }
        }

        func run() async throws {
            let path = "/admin/journal?limit=\(limit)" + (before.map { "&before=\($0)" } ?? "")
            try await options.show { answer in
                AnswerText.rows(answer, "journal").map {
                    AnswerText.line($0, ["person", "act", "object"], at: $0["at"] as? Int ?? 0)
                } + AnswerText.more(answer["next"], "--before")
            } of: {
                try await $0.get(path)
            }
        }
    }

    fileprivate static func lines(_ person: [String: Any]) -> [String] {
        ["name", "role", "token"].compactMap { name in (person[name] as? String).map { "\(name): \($0)" } }
            + ["enabled: \(person["enabled"] as? Bool == true ? "yes" : "no")"]
    }
}

/// A person of the staff who is to be changed.
struct StaffPerson: ParsableArguments {
    @Argument(help: "The person's name.") var name: String
    @OptionGroup var options: OperatorOptions

    func change(_ action: String) async throws {
        try await options.show(StaffCommand.lines) {
            try await $0.post("/admin/staff/\(OperatorClient.segment(name))/\(action)", [:])
        }
    }
}
