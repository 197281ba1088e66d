import ArgumentParser
import Foundation

/// `switchboard support`: access to a portal's calls by its administrator's leave.
struct SupportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "support", abstract: "Ask a portal for access, and look at what it has granted.",
        discussion: """
            For people of the staff with the role support, whose token is in \(OperatorSession.tokenVariable). The \
            portal's administrator opens Support in the portal, makes a code and reads it out with the portal's name; \
            'request' asks with both, and the administrator grants what he likes, for as long as he likes. Each look is \
            written down, and shown to the portal.
            """,
        subcommands: [
            RequestAccess.self, ListGrants.self, ShowGrant.self, ListCalls.self, ShowCall.self, ShowLog.self,
            FetchRecording.self, ShowSettings.self, ShowSupportedAccount.self,
        ])

    enum Scope: String, ExpressibleByArgument, CaseIterable {
        case history, sessions, settings, recordings
    }

    struct RequestAccess: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "request", abstract: "Ask a portal for access; prints the grant's identifier.")

        @Argument(help: "The portal's name, as its administrator reads it out.") var portal: String
        @Option(help: "The code, as its administrator reads it out.") var code: String
        @Option(help: "What the access is for, in words for the portal's administrator.") var reason: String
        @Option(help: "history, sessions, settings or recordings; may come more than once.") var scope: [Scope] = [
            .history, .sessions,
        ]
        @Option(help: "For how many hours, 1 to 72.") var hours = 8
        @Flag(help: "Print the controller's answer as JSON.") var json = false
        @OptionGroup var options: ConfigurationOptions

        func validate() throws {
            guard (1...72).contains(hours) else { throw ValidationError("--hours wants 1 to 72.") }
            guard (1...500).contains(reason.count) else { throw ValidationError("--reason wants 1 to 500 characters.") }
        }

        func run() async throws {
            let answer = try await OperatorSession.run(try await options.settings()) { client in
                try await client.post(
                    "/support/grants",
                    [
                        "portal": portal, "code": code, "reason": reason, "scopes": scope.map(\.rawValue),
                        "seconds": hours * 3600,
                    ])
            }
            try SupportCommand.show(answer, json: json)
        }
    }

    struct ListGrants: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List what you have asked for, the latest first.")

        @Flag(help: "Print the controller's answer as JSON.") var json = false
        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            let answer = try await SupportCommand.get(options, "")
            guard !json else { return print(try JSONText.pretty(answer)) }
            for row in answer["grants"] as? [[String: Any]] ?? [] {
                let scopes = (row["scopes"] as? [String] ?? []).joined(separator: ",")
                let fields = ["grant", "portal", "state", "reason"].map { "\(row[$0] ?? "-")" }
                print((fields + [scopes.isEmpty ? "-" : scopes]).joined(separator: "  "))
            }
        }
    }

    struct ShowGrant: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show one grant and what has happened under it.")

        @Argument(help: "The grant's identifier.") var grant: String
        @Flag(help: "Print the controller's answer as JSON.") var json = false
        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            let answer = try await SupportCommand.get(options, "/\(OperatorClient.segment(grant))")
            try SupportCommand.show(answer, json: json)
            guard !json else { return }
            for line in answer["journal"] as? [[String: Any]] ?? [] {
                let time = (line["at"] as? Int).map {
                    Date(timeIntervalSince1970: TimeInterval($0)).formatted(.iso8601)
                }
                let fields = ["who", "act", "object"].map { "\(line[$0] ?? "")" }
                print(([time ?? "-"] + fields).joined(separator: "  "))
            }
        }
    }

    struct ListCalls: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "calls", abstract: "List the portal's calls, newest first (scope history).")

        @Argument(help: "The grant's identifier.") var grant: String
        @Option(help: "Only calls with this number.") var number: String?
        @Option(help: "Only calls of this line.") var line: String?
        @Option(help: "Only calls of this employee.") var user: Int?
        @Option(help: "Only calls with this result: answered, missed, refused or failed.") var result: String?
        @Option(help: "How many, 1 to 500.") var limit = 50
        @Option(help: "Go on behind an earlier answer's 'next'.") var cursor: String?
        @Flag(help: "Print the controller's answer as JSON.") var json = false
        @OptionGroup var options: ConfigurationOptions

        func validate() throws {
            guard (1...500).contains(limit) else { throw ValidationError("--limit wants 1 to 500.") }
        }

        func run() async throws {
            var components = URLComponents()
            components.path = "/\(OperatorClient.segment(grant))/calls"
            let wanted = [
                ("limit", "\(limit)"), ("phone_number", number), ("line", line), ("user_id", user.map(String.init)),
                ("result", result), ("cursor", cursor),
            ]
            components.queryItems = wanted.compactMap { name, value in value.map { URLQueryItem(name: name, value: $0) }
            }
            let answer = try await SupportCommand.get(options, components.string ?? components.path)
            guard !json else { return print(try JSONText.pretty(answer)) }
            for row in answer["result"] as? [[String: Any]] ?? [] {
                let time = (row["CALL_START_DATE"] as? Int).map {
                    Date(timeIntervalSince1970: TimeInterval($0) / 1000).formatted(.iso8601)
                }
                let fields = ["CALL_ID", "DIRECTION", "RESULT", "PHONE_NUMBER", "USER_ID", "LINE", "CALL_DURATION"]
                    .map { field in row[field].flatMap { $0 is NSNull ? nil : "\($0)" } ?? "-" }
                print(([time ?? "-"] + fields).joined(separator: "  "))
            }
            if let next = answer["next"] as? String { print("More with --cursor \(next)") }
        }
    }

    struct ShowCall: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "call", abstract: "Show one call with every decision made for it, as JSON (scope history).")

        @Argument(help: "The grant's identifier.") var grant: String
        @Argument(help: "The call's identifier.") var call: String
        @Flag(help: "Print JSON; it always is.") var json = false
        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            print(try JSONText.pretty(try await SupportCommand.get(options, SupportCommand.path(grant, call))))
        }
    }

    struct ShowLog: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "log", abstract: "Print the log of a call's session (scope sessions).")

        @Argument(help: "The grant's identifier.") var grant: String
        @Argument(help: "The call's identifier.") var call: String
        @Flag(help: "Print the lines as JSON.") var json = false
        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            let data = try await OperatorSession.run(try await options.settings()) { client in
                try await client.download("/support/grants\(SupportCommand.path(grant, call))/log")
            }
            let text = String(decoding: data, as: UTF8.self)
            guard json else { return print(text) }
            print(try JSONText.pretty(["lines": text.split(separator: "\n").map(String.init)]))
        }
    }

    struct FetchRecording: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "recording", abstract: "Write a call's recording into a file (scope recordings).")

        @Argument(help: "The grant's identifier.") var grant: String
        @Argument(help: "The call's identifier.") var call: String
        @Option(help: "The file, for its owner only; one that exists is not replaced.") var out: String
        @Flag(help: "Print the result as JSON.") var json = false
        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            let data = try await OperatorSession.run(try await options.settings()) { client in
                try await client.download("/support/grants\(SupportCommand.path(grant, call))/recording")
            }
            try OwnersFile.write(data, to: out)
            guard json else { return print("\(out): \(data.count) bytes") }
            print(try JSONText.pretty(["file": out, "bytes": data.count]))
        }
    }

    struct ShowSettings: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "settings", abstract: "List the portal's lines, or show one's settings (scope settings).")

        @Argument(help: "The grant's identifier.") var grant: String
        @Option(help: "Only this line, with its settings.") var line: String?
        @Flag(help: "Print the controller's answer as JSON.") var json = false
        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            let end = line.map { "/lines/\(OperatorClient.segment($0))" } ?? "/lines"
            let answer = try await SupportCommand.get(options, "/\(OperatorClient.segment(grant))\(end)")
            guard !json, line == nil else { return print(try JSONText.pretty(answer)) }
            for row in answer["lines"] as? [[String: Any]] ?? [] {
                print(
                    "\(row["line"] ?? "-")  version \(row["version"] ?? "-")\(row["stale"] as? Bool == true ? "  stale" : "")"
                )
            }
        }
    }

    struct ShowSupportedAccount: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "account",
            abstract: "Show the portal's account, its balance, users and numbers (scope settings).")

        @Argument(help: "The grant's identifier.") var grant: String
        @Flag(help: "Print JSON; it always is.") var json = false
        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            print(
                try JSONText.pretty(try await SupportCommand.get(options, "/\(OperatorClient.segment(grant))/account")))
        }
    }

    private static func path(_ grant: String, _ call: String) -> String {
        "/\(OperatorClient.segment(grant))/calls/\(OperatorClient.segment(call))"
    }

    private static func get(_ options: ConfigurationOptions, _ path: String) async throws -> [String: Any] {
        try await OperatorSession.run(try await options.settings()) { client in
            try await client.get("/support/grants\(path)")
        }
    }

    private static func show(_ grant: [String: Any], json: Bool) throws {
        guard !json else { return print(try JSONText.pretty(grant)) }
        for name in ["grant", "portal", "state", "reason"] { print("\(name): \(grant[name] ?? "-")") }
        // What is granted, once something is; until then what was asked for.
        for (name, field) in [("asked", "asked_scopes"), ("scopes", "scopes")] {
            let scopes = grant[field] as? [String] ?? []
            if !scopes.isEmpty { print("\(name): \(scopes.joined(separator: ", "))") }
        }
        if let until = grant["until"] as? Int {
            print("until: \(Date(timeIntervalSince1970: TimeInterval(until)).formatted(.iso8601))")
        }
    }
}
