import ArgumentParser
import Foundation
import Portal

/// `switchboard portal`: a portal's content, taken from one installation to another.
struct PortalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "portal", abstract: "Take a portal's content along when it moves to another installation.",
        discussion: """
            Both work on the portal's own database, on its machine. The copy holds everything that the portal knows: \
            employees, lines, cards, calls, and the telephone credentials in the clear.
            """,
        subcommands: [ExportPortal.self, ImportPortal.self])

    struct ExportPortal: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export", abstract: "Write the portal's content into a file that nobody but its owner reads.",
            discussion: "Also while the portal runs. What happens there afterwards is not in the copy.")

        @Option(help: "The file; one that exists is not replaced.") var out: String
        @Flag(help: "Print the result as JSON.") var json = false
        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            umask(0o077)
            let settings = try await options.settings()
            let copy = try await PortalCopy.write(try settings.portal(Secrets.present(for: settings)))
            try OwnersFile.write(copy, to: out)
            let rows = copy.count { $0 == UInt8(ascii: "\n") } - 2
            guard json else { return print("\(out): \(rows) rows. It holds passwords of telephones: keep it safe.") }
            print(try JSONText.pretty(["file": out, "rows": rows]))
        }
    }

    struct ImportPortal: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import", abstract: "Fill an empty portal from a file that 'export' has made.",
            discussion: "All or nothing. The portal must have the same portal.id as the one that was exported.")

        @Argument(help: "The file.") var file: String
        @Flag(help: "Print the result as JSON.") var json = false
        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            umask(0o077)
            let settings = try await options.settings()
            guard let copy = FileManager.default.contents(atPath: file) else {
                throw OperatorClient.Failure(
                    description: "\(file) cannot be read; name the file that 'export' has made.")
            }
            let configuration = try settings.portal(Secrets.present(for: settings))
            let rows = try await PortalCopy.read(copy, into: configuration)
            guard json else { return print("\(rows) rows. Start the portal, and enter its licence key there.") }
            print(try JSONText.pretty(["rows": rows]))
        }
    }
}
