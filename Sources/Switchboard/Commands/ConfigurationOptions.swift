import ArgumentParser
import Foundation

/// Where settings come from; shared by every command that starts or checks a system.
struct ConfigurationOptions: ParsableArguments {
    @Option(help: "YAML file with settings.") var config: String?
    @Argument(
        parsing: .allUnrecognized,
        help: ArgumentHelp("Settings as flags, for example --voice-sip-port 5070.", valueName: "settings"))
    var overrides: [String] = []

    func settings() async throws -> Settings {
        do {
            return try await ConfigurationLoader(
                file: config, environment: ProcessInfo.processInfo.environment, arguments: overrides
            ).load()
        } catch let error as ConfigurationError {
            throw ValidationError(error.description)
        }
    }
}
