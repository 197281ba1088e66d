import ArgumentParser
import Foundation

/// `switchboard history export`: all of a portal's calls that filters want, as one text.
struct HistoryExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write calls of a portal as CSV or JSON, however many there are.",
        discussion: """
            Asks as the portal does: with the licence key of the installation for its own portal, with the one in \
            \(PortalSession.keyVariable) for another. A file appears when it is complete.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case csv, json
    }

    @OptionGroup var filter: HistoryFilterOptions
    @Option(help: "csv or json.") var format = Format.csv
    @Option(help: "The file; standard output when missing.") var output: String?
    @Option(help: "Whose calls; portal.id when missing.") var portal: String?
    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let settings = try await options.settings()
        try await PortalSession.run(settings, portal: portal) { session in
            var wanted = try filter.fields(in: try await session.timeZone())
            wanted["FORMAT"] = format.rawValue
            let target = try ExportTarget(output)
            do {
                try await session.stream("ExportCalls", wanted) { try target.write($0) }
                try target.finish()
            } catch {
                target.giveUp()
                throw error
            }
        }
    }
}

/// Where an export goes: standard output, or a file that has its name only when it is whole.
struct ExportTarget {
    private let path: String?
    private let handle: FileHandle

    private var part: String? { path.map { $0 + ".part" } }

    init(_ path: String?) throws {
        self.path = path
        guard let path else {
            handle = .standardOutput
            return
        }
        let part = path + ".part"
        guard FileManager.default.createFile(atPath: part, contents: nil, attributes: [.posixPermissions: 0o600]),
            let handle = FileHandle(forWritingAtPath: part)
        else { throw OperatorClient.Failure(description: "\(part) cannot be written; choose another --output.") }
        self.handle = handle
    }

    func write(_ data: Data) throws { try handle.write(contentsOf: data) }

    func finish() throws {
        guard let path, let part else { return }
        try handle.close()
        guard rename(part, path) == 0 else {
            throw OperatorClient.Failure(description: "\(path) cannot be replaced; the calls are in \(part).")
        }
    }

    func giveUp() {
        guard let part else { return }
        try? handle.close()
        try? FileManager.default.removeItem(atPath: part)
    }
}
