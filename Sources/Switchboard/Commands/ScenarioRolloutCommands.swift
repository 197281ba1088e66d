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
    @Flag(help: "Print the controller's answer as JSON.") var json = false
    @OptionGroup var audience: RolloutOptions
    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let source = try ScenarioSourceFile.read(path)
        try await ScenarioSourceFile.check(source, worker: worker)
        let settings = try await options.settings()
        var body: [String: Any] = ["source": source, "note": note]
        body.merge(try audience.fields()) { _, new in new }
        let answer = try await OperatorSession.run(settings) { [body] client in
            try await client.post("/admin/scenario/versions", body)
        }
        guard !json else { return print(try JSONText.pretty(answer)) }
        print(RolloutListing.line(answer))
    }
}

/// `switchboard scenario versions`
struct ScenarioVersionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "versions", abstract: "List the versions of the call scenario, newest first.")

    @Flag(help: "Print the controller's answer as JSON.") var json = false
    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let settings = try await options.settings()
        let answer = try await OperatorSession.run(settings) { try await $0.get("/admin/scenario/versions") }
        guard !json else { return print(try JSONText.pretty(answer)) }
        for version in answer["versions"] as? [[String: Any]] ?? [] { print(RolloutListing.line(version)) }
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
    @Flag(help: "Print the controller's answer as JSON.") var json = false
    @OptionGroup var options: ConfigurationOptions

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
        let settings = try await options.settings()
        var body = try audience.fields()
        if let action = actions.first { body = ["action": action] }
        let answer = try await OperatorSession.run(settings) { [body] client in
            try await client.post("/admin/scenario/versions/\(version)/rollout", body)
        }
        guard !json else { return print(try JSONText.pretty(answer)) }
        print(RolloutListing.line(answer))
    }
}

/// `switchboard scenario status`
struct ScenarioStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show a version's progress and health beside its predecessor's.")

    @Argument(help: "Number of the version.") var version: Int64
    @Flag(help: "Print the controller's answer as JSON.") var json = false
    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let settings = try await options.settings()
        let answer = try await OperatorSession.run(settings) {
            try await $0.get("/admin/scenario/versions/\(version)")
        }
        guard !json else { return print(try JSONText.pretty(answer)) }
        for line in RolloutListing.lines(answer) { print(line) }
    }
}
