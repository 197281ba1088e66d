import Digests
import Foundation
import Logging

/// Where session logs and recordings lie; their names are 32 random hexadecimal digits, so that nobody guesses one.
public struct PlatformFiles: Sendable {
    let directory: String
    let logger: Logger

    init(directory: String, logger: Logger) {
        self.directory = directory
        self.logger = logger
    }

    static let logExtension = "log"
    static let recordExtension = "mp3"
    /// Of recordings that lose nothing.
    static let losslessExtension = "flac"

    static let reportExtension = "csv"

    static func newReportName() -> String { "\(RandomToken.hexadecimal(bytes: 16)).\(reportExtension)" }
    static func newLogName() -> String { "\(RandomToken.hexadecimal(bytes: 16)).\(logExtension)" }

    static func newRecordName(isLossless: Bool = false) -> String {
        "\(RandomToken.hexadecimal(bytes: 16)).\(isLossless ? losslessExtension : recordExtension)"
    }

    /// The media type of a recording by its name.
    static func recordType(_ name: String) -> String {
        name.hasSuffix(".\(losslessExtension)") ? "audio/flac" : "audio/mpeg"
    }

    /// The path of a session log, nil for a name that was never given out.
    public func logPath(_ name: String) -> String? { path(name, folder: "logs", ending: Self.logExtension) }

    /// The path of a recording, nil for a name that was never given out.
    public func recordPath(_ name: String) -> String? {
        path(name, folder: "records", ending: Self.recordExtension)
            ?? path(name, folder: "records", ending: Self.losslessExtension)
    }

    /// The path of a report, nil for a name that was never given out.
    func reportPath(_ name: String) -> String? { path(name, folder: "reports", ending: Self.reportExtension) }

    /// Makes all folders, so that a call never waits for one.
    ///
    /// - Throws: ``VoicePlatformError/dataDirectory(path:reason:)``.
    func makeFolders() throws(VoicePlatformError) {
        do {
            for folder in ["logs", "records", "reports"] {
                for number in UInt8.min...UInt8.max {
                    let path = "\(directory)/\(folder)/\(Hexadecimal.encode([number]))"
                    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
                }
            }
        } catch {
            throw .dataDirectory(path: directory, reason: error.localizedDescription)
        }
    }

    /// Bytes of a file, nil when it does not exist.
    func size(of path: String) -> Int? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? NSNumber)?.intValue
    }

    func removeRecord(_ name: String) async { remove(recordPath(name)) }
    func removeLog(_ name: String) async { remove(logPath(name)) }
    func removeReport(_ name: String) async { remove(reportPath(name)) }

    private func remove(_ path: String?) {
        guard let path, FileManager.default.fileExists(atPath: path) else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            logger.warning("file could not be deleted; delete it by hand", metadata: ["path": "\(path)"])
        }
    }

    /// 256 folders keep each of them small.
    private func path(_ name: String, folder: String, ending: String) -> String? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let isHexadecimal = parts[0].utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        guard parts.count == 2, parts[0].utf8.count == 32, isHexadecimal, parts[1] == ending else { return nil }
        return "\(directory)/\(folder)/\(parts[0].prefix(2))/\(name)"
    }
}
