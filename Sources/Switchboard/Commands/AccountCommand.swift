import ArgumentParser
import Foundation

/// `switchboard account`: the portals that the controller knows, and their licence keys.
struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "List, show, add and move portals, and give them new licence keys.",
        subcommands: [ListAccounts.self, ShowAccount.self, AddAccount.self, NewAccountKey.self, MoveAccount.self])

    struct ListAccounts: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the portals by their identifiers.")

        @Option(help: "How many, 1 to 500.") var limit = 50
        @Option(help: "Begin behind this identifier.") var after: String?
        @OptionGroup var options: OperatorOptions

        func validate() throws {
            guard (1...500).contains(limit) else { throw ValidationError("--limit wants 1 to 500.") }
        }

        func run() async throws {
            let fields = ["portal", "kind", "currency", "account_id", "address"]
            try await options.show { answer in
                AnswerText.rows(answer, "portals").map { AnswerText.line($0, fields) }
                    + AnswerText.more(answer["next"], "--after")
            } of: { client in
                try await client.portals(limit: limit, after: after)
            }
        }
    }

    struct ShowAccount: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show what the controller knows of one portal.")

        @Argument(help: "The portal's identifier.") var portal: String
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.show(AccountCommand.lines) { client in
                try await client.portal(portal)
            }
        }
    }

    struct AddAccount: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Add a portal. Its account comes into being with its first request.",
            discussion: "Prints the licence key, this once: give it to the portal, it is shown to nobody again.")

        @Argument(help: "The portal's identifier: 1 to 64 latin letters, digits, dots, hyphens, underscores.")
        var portal: String
        @Option(help: "Where the portal is reached: http(s)://host[:port][/folder].") var address: String
        @Option(help: "RUB, UAH, USD or EUR; decides the master account.") var currency: String
        @Option(help: "ISO 3166 code of the country whose people dial.") var region: String
        @Option(help: "cloud or box.") var kind = "cloud"
        @Option(help: "Until when the licence holds, in seconds since 1970; without end if left out.")
        var licensedUntil: Int64?
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            var body: [String: Any] = [
                "portal": portal, "address": address, "currency": currency, "region": region, "kind": kind,
            ]
            body["licensed_until"] = licensedUntil
            let data = try JSONSerialization.data(withJSONObject: body)
            try await options.show(AccountCommand.lines) { client in
                try await client.addPortal(data)
            }
        }
    }

    struct NewAccountKey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "key",
            abstract: "Give a portal a new licence key; the one that it uses stays good for a while.",
            discussion: "Prints the new key, this once. The portal's administrator enters it there.")

        @Argument(help: "The portal's identifier.") var portal: String
        @Option(help: "Hours for which the former key stays good, 0 to 2160.") var overlap = 168
        @OptionGroup var options: OperatorOptions

        func validate() throws {
            guard (0...2160).contains(overlap) else { throw ValidationError("--overlap wants 0 to 2160 hours.") }
        }

        func run() async throws {
            try await options.show(AccountCommand.lines) { client in
                try await client.rotateKey(of: portal, overlapSeconds: overlap * 3600)
            }
        }
    }

    struct MoveAccount: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "move",
            abstract: "Move a portal to another place, with its account and all that belongs to it.",
            discussion: """
                From a cloud portal to a boxed one, say. The portal keeps its identifier and gets a new licence key, which is \
                printed: enter it at the new place. The key of the former place ends at once; calls that run go on.
                """)

        @Argument(help: "The portal's identifier.") var portal: String
        @Option(help: "Where the portal is reached from now on: http(s)://host[:port][/folder].") var address: String
        @Option(help: "box or cloud.") var kind = "box"
        @Option(help: "Go on with a move that was interrupted: its name, as it was printed.") var resume: String?
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            let request = resume ?? "move-\(UUID().uuidString.lowercased())"
            if resume == nil {
                FileHandle.standardError.write(
                    Data("If this is interrupted, repeat it with --resume \(request)\n".utf8))
            }
            try await options.show(AccountCommand.lines) { client in
                try await client.post(
                    "/admin/portals/\(OperatorClient.segment(portal))/move",
                    ["address": address, "kind": kind, "request": request])
            }
        }
    }

    /// What the controller answers, a field a line.
    private static func lines(_ answer: [String: Any]) -> [String] {
        answer.sorted { $0.key < $1.key }.filter { !($0.value is NSNull) }.map { name, value in
            // JSON's truth values come as numbers.
            let isFlag = name == "key_confirmed"
            return "\(name): \(isFlag ? "\(value as? Bool ?? false)" : "\(value)")"
        }
    }
}
