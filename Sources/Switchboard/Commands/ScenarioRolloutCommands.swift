import ArgumentParser
import Foundation

/// `switchboard scenario publish`: exit code 1 for a script that cannot be loaded.
struct ScenarioPublishCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish", abstract: "Publish a new version of the call scenario; no account is touched.",
        discussion: """
            The script is loaded here first, in a worker of its own; one that cannot be loaded is not published. Without
            --share, --portals or --except the version stays a draft, until `scenario rollout` begins its rollout.
            """)

    @Argument(help: "A script, or a folder whose .js files are joined in the order of their names.") var path: String
    @Option(help: "What is new, for those who look at the list of versions.") var note = ""
    @Option(help: "The script-worker program; the one beside this program without it.") var worker: String?
    @OptionGroup var audience: RolloutOptions
    @OptionGroup var options: OperatorOptions

    func run() async throws {
        let source = try ScenarioSourceFile.read(path)
        try await ScenarioSourceFile.check(source, worker: worker)
        var body: [String: Any] = ["source": source, "note": note]
        body.merge(try audience.fields()) { _, new in new }
        try await options.show({ [RolloutListing.line($0)] }) { [body] client in
            try await client.post("/admin/scenario/versions", body)
        }
    }
}

/// `switchboard scenario versions`
struct ScenarioVersionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "versions", abstract: "List the versions of the call scenario, newest first.")

    @OptionGroup var options: OperatorOptions

    func run() async throws {
        try await options.show { answer in
            AnswerText.rows(answer, "versions").map(RolloutListing.line)
                + RolloutListing.spread(answer["all_accounts"])
        } of: {
            try await $0.get("/admin/scenario/versions")
        }
    }
}

/// `switchboard scenario rollout`
struct ScenarioRolloutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollout", abstract: "Begin a version's rollout, change whom it is for, halt it, or take it back.",
        discussion: """
            Accounts get the version when they are next used. A version that was stopped stays stopped: its accounts go
            back to the version before it; publish the text again to try again.
            """)

    @Argument(help: "Number of the version.") var version: Int64
    @OptionGroup var audience: RolloutOptions
    @Flag(help: "Nobody else gets the version; who has it keeps it.") var pause = false
    @Flag(help: "Go on after a pause.") var resume = false
    @Flag(help: "Take the version back for good; a draft is withdrawn.") var stop = false
    @OptionGroup var options: OperatorOptions

    private var actions: [String] {
        [("pause", pause), ("resume", resume), ("stop", stop)].filter(\.1).map(\.0)
    }

    func validate() throws {
        guard version > 0 else { throw ValidationError("A version is a number from 1.") }
        guard actions.count + (audience.isEmpty ? 0 : 1) == 1 else {
            throw ValidationError("Give --pause, --resume, --stop, or some of --share, --portals, --except.")
        }
    }

    func run() async throws {
        var body = try audience.fields()
        if let action = actions.first { body = ["action": action] }
        try await options.show({ [RolloutListing.line($0)] }) { [body] client in
            try await client.post("/admin/scenario/versions/\(version)/rollout", body)
        }
    }
}

/// `switchboard scenario status`
struct ScenarioStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show a version's progress among all accounts, and its health beside its predecessor's.")

    @Argument(help: "Number of the version.") var version: Int64
    @OptionGroup var options: OperatorOptions

    func run() async throws {
        try await options.show(RolloutListing.lines) { try await $0.get("/admin/scenario/versions/\(version)") }
    }
}
