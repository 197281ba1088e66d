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
        @Flag(help: "Print the controller's answer as JSON.") var json = false
        @OptionGroup var options: ConfigurationOptions

        func validate() throws {
            guard (1...500).contains(limit) else { throw ValidationError("--limit wants 1 to 500.") }
        }

        func run() async throws {
            let answer = try await OperatorSession.run(try await options.settings()) { client in
                try await client.portals(limit: limit, after: after)
            }
            guard !json else { return print(try JSONText.pretty(answer)) }
            for row in answer["portals"] as? [[String: Any]] ?? [] {
                let fields = ["portal", "kind", "currency", "account_id", "address"].map { field in
                    row[field].flatMap { $0 is NSNull ? nil : "\($0)" } ?? "-"
                }
                print(fields.joined(separator: "  "))
            }
            if let next = answer["next"] as? String { print("More with --after \(next)") }
        }
    }

    struct ShowAccount: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show what the controller knows of one portal.")

        @Argument(help: "The portal's identifier.") var portal: String
        @Flag(help: "Print the controller's answer as JSON.") var json = false
        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            try await AccountCommand.show(options, json: json) { client in
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
        @Flag(help: "Print the controller's answer as JSON.") var json = false
        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            var body: [String: Any] = [
                "portal": portal, "address": address, "currency": currency, "region": region, "kind": kind,
            ]
            body["licensed_until"] = licensedUntil
            let data = try JSONSerialization.data(withJSONObject: body)
            try await AccountCommand.show(options, json: json) { client in
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
        @Flag(help: "Print the controller's answer as JSON.") var json = false
        @OptionGroup var options: ConfigurationOptions

        func validate() throws {
            guard (0...2160).contains(overlap) else { throw ValidationError("--overlap wants 0 to 2160 hours.") }
        }

        func run() async throws {
            try await AccountCommand.show(options, json: json) { client in
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
        @Flag(help: "Print the controller's answer as JSON.") var json = false
        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            let request = resume ?? "move-\(UUID().uuidString.lowercased())"
            if resume == nil {
                FileHandle.standardError.write(
                    Data("If this is interrupted, repeat it with --resume \(request)\n".utf8))
            }
            try await AccountCommand.show(options, json: json) { client in
                try await client.post(
                    "/admin/portals/\(OperatorClient.segment(portal))/move",
                    ["address": address, "kind": kind, "request": request])
            }
        }
    }

    /// Prints what the controller answers, a field a line or as JSON.
    private static func show(
        _ options: ConfigurationOptions, json: Bool, _ ask: (OperatorClient) async throws -> [String: Any]
    ) async throws {
        let answer = try await OperatorSession.run(try await options.settings(), ask)
        guard !json else { return print(try JSONText.pretty(answer)) }
        for (name, value) in answer.sorted(by: { $0.key < $1.key }) where !(value is NSNull) {
            // JSON's truth values come as numbers.
            let isFlag = name == "key_confirmed"
            print("\(name): \(isFlag ? "\(value as? Bool ?? false)" : "\(value)")")
        }
    }
}
