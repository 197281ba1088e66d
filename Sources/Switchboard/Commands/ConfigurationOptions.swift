import ArgumentParser
import Foundation

/// Where settings come from; shared by every command that starts or checks a system.
struct ConfigurationOptions: ParsableArguments {
    @Option(help: "YAML file with settings.") var config: String?
    @Argument(
        parsing: .allUnrecognized,
        help: ArgumentHelp("Settings as flags, for example --voice-sip-port 5070.", valueName: "settings"))
    var overrides: [String] = []

    /// - Parameter words: What is no setting among them, as the command has taken it.
    func settings(leavingOut words: [String] = []) async throws -> Settings {
        try await Self.settings(file: config, arguments: overrides.filter { !words.contains($0) })
    }

    /// Throws a usage error (exit code 64) that names what is wrong.
    static func settings(file: String?, arguments: [String]) async throws -> Settings {
        do {
            return try await ConfigurationLoader(
                file: file, environment: ProcessInfo.processInfo.environment, arguments: arguments
            ).load()
        } catch let error as ConfigurationError {
            throw ValidationError(error.description)
        }
    }
}
