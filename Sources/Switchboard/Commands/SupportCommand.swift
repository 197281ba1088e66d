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
        @OptionGroup var options: OperatorOptions

        func validate() throws {
            guard (1...72).contains(hours) else { throw ValidationError("--hours wants 1 to 72.") }
            guard (1...500).contains(reason.count) else { throw ValidationError("--reason wants 1 to 500 characters.") }
        }

        func run() async throws {
            let body: [String: Any] = [
                "portal": portal, "code": code, "reason": reason, "scopes": scope.map(\.rawValue),
                "seconds": hours * 3600,
            ]
            try await options.show(SupportCommand.lines) { [body] in try await $0.post("/support/grants", body) }
        }
    }

    struct ListGrants: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List what you have asked for, the latest first.")

        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.show { answer in
                AnswerText.rows(answer, "grants").map { row in
                    let scopes = (row["scopes"] as? [String] ?? []).joined(separator: ",")
                    return AnswerText.line(row, ["grant", "portal", "state", "reason"])
                        + "  \(scopes.isEmpty ? "-" : scopes)"
                }
            } of: {
                try await $0.get("/support/grants")
            }
        }
    }

    struct ShowGrant: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show one grant and what has happened under it.")

        @Argument(help: "The grant's identifier.") var grant: String
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.show { answer in
                SupportCommand.lines(answer)
                    + AnswerText.rows(answer, "journal").map {
                        AnswerText.line($0, ["who", "act", "object"], at: $0["at"] as? Int ?? 0)
                    }
            } of: {
                try await $0.get(SupportCommand.path(grant))
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
        @OptionGroup var options: OperatorOptions

        func validate() throws {
            guard (1...500).contains(limit) else { throw ValidationError("--limit wants 1 to 500.") }
        }

        func run() async throws {
            var components = URLComponents()
            components.path = SupportCommand.path(grant) + "/calls"
            let wanted = [
                ("limit", "\(limit)"), ("phone_number", number), ("line", line), ("user_id", user.map(String.init)),
                ("result", result), ("cursor", cursor),
            ]
            components.queryItems = wanted.compactMap { name, value in
                value.map { URLQueryItem(name: name, value: $0) }
            }
            let path = components.string ?? components.path
            let fields = ["CALL_ID", "DIRECTION", "RESULT", "PHONE_NUMBER", "USER_ID", "LINE", "CALL_DURATION"]
            try await options.show { answer in
                AnswerText.rows(answer, "result").map {
                    AnswerText.line($0, fields, at: ($0["CALL_START_DATE"] as? Int ?? 0) / 1000)
                } + AnswerText.more(answer["next"], "--cursor")
            } of: {
                try await $0.get(path)
            }
        }
    }

    struct ShowCall: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "call", abstract: "Show one call with every decision made for it, as JSON (scope history).")

        @OptionGroup var call: GrantedCall
        @Flag(help: "Print JSON; it always is.") var json = false
        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            let settings = try await options.settings()
            print(try JSONText.pretty(try await OperatorSession.run(settings) { try await $0.get(call.path) }))
        }
    }

    struct ShowLog: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "log",
            abstract: "Show the log of a call's session as 'log show' does (scope sessions).")

        @OptionGroup var call: GrantedCall
        @Flag(help: "Print the lines as JSON.") var json = false
        @OptionGroup var look: SessionLogOptions
        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            let data = try await OperatorSession.run(try await options.settings()) { client in
                try await client.download("\(call.path)/log")
            }
            let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
            guard json else { return look.show(lines) }
            print(try JSONText.pretty(["lines": lines]))
        }
    }

    struct FetchRecording: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "recording", abstract: "Write a call's recording into a file (scope recordings).")

        @OptionGroup var call: GrantedCall
        @Option(help: "The file, for its owner only; one that exists is not replaced.") var out: String
        @Flag(help: "Print the result as JSON.") var json = false
        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            let data = try await OperatorSession.run(try await options.settings()) { client in
                try await client.download("\(call.path)/recording")
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
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            let path = SupportCommand.path(grant) + "/lines" + (line.map { "/\(OperatorClient.segment($0))" } ?? "")
            let answer = try await options.ask { try await $0.get(path) }
            guard line == nil else { return print(try JSONText.pretty(answer)) }
            try options.show(answer) { answer in
                AnswerText.rows(answer, "lines").map { row in
                    let state = row["stale"] as? Bool == true ? "  stale" : ""
                    return "\(row["line"] ?? "-")  version \(row["version"] ?? "-")\(state)"
                }
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
            let settings = try await options.settings()
            let path = SupportCommand.path(grant) + "/account"
            print(try JSONText.pretty(try await OperatorSession.run(settings) { try await $0.get(path) }))
        }
    }

    fileprivate static func path(_ grant: String) -> String { "/support/grants/\(OperatorClient.segment(grant))" }

    private static func lines(_ grant: [String: Any]) -> [String] {
        var lines = ["grant", "portal", "state", "reason"].map { "\($0): \(grant[$0] ?? "-")" }
        // What is granted, once something is; until then what was asked for.
        for (name, field) in [("asked", "asked_scopes"), ("scopes", "scopes")] {
            let scopes = grant[field] as? [String] ?? []
            if !scopes.isEmpty { lines.append("\(name): \(scopes.joined(separator: ", "))") }
        }
        if let until = grant["until"] as? Int { lines.append("until: \(AnswerText.instant(until))") }
        return lines
    }
}

/// A call of a portal that has granted something.
struct GrantedCall: ParsableArguments {
    @Argument(help: "The grant's identifier.") var grant: String
    @Argument(help: "The call's identifier.") var call: String

    var path: String { "\(SupportCommand.path(grant))/calls/\(OperatorClient.segment(call))" }
}
