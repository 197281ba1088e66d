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
            var progress = ProgressLine()
            defer { progress.end() }
            var octets = 0
            do {
                try await session.stream("ExportCalls", wanted) { piece in
                    try target.write(piece)
                    octets += piece.count
                    progress.show("\(octets.formatted(.byteCount(style: .file))) exported")
                }
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

    func write(_ data: Data) throws {
        do {
            try handle.write(contentsOf: data)
        } catch {
            throw OperatorClient.Failure(
                description: path.map { "\($0) cannot be written, the disk may be full; the export was given up." }
                    ?? "Nobody reads the output any more; the export was given up.")
        }
    }

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
