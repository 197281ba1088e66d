import ArgumentParser
import Foundation
import Logging
import NIOCore
import NIOPosix

/// `switchboard serve`: runs systems until SIGTERM or SIGINT.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run portal, controller and voice platform, or some of them.",
        discussion: """
            `serve` runs all three, `serve portal` one, `serve controller voice` two. On SIGTERM new calls are refused, \
            running calls may end for a while, then everything closes.
            """)

    @OptionGroup var options: ConfigurationOptions
    @Option(
        name: .customLong("role"), help: "System to run: portal, controller or voice; all by default. May repeat.")
    var roles: [Role] = []

    func run() async throws {
        // One thread for HTTP, one for calls, one for sound; more of one kind are more processes with roles.
        NIOSingletons.groupLoopCountSuggestion = 1
        let named = options.overrides.compactMap(Role.init(rawValue:))
        let settings = try await options.settings(leavingOut: named.map(\.rawValue))
        LogOutput.bootstrap(settings)
        let wanted = Set(roles + named)
        let roles = wanted.isEmpty ? Set(Role.allCases) : wanted
        let installation = try Installation(settings: settings, roles: roles)
        do {
            try await installation.run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE || error.errnoCode == EACCES {
            throw await Self.taken(settings, roles) ?? error
        }
    }

    /// Which port it was, which the system does not say.
    private static func taken(_ settings: Settings, _ roles: Set<Role>) async -> (any Error)? {
        let check = await Doctor(settings: settings).ports(of: roles).first { $0.verdict == .bad }
        return check.map { AssemblyError.portTaken(finding: $0.finding, remedy: $0.remedy ?? "") }
    }
}
