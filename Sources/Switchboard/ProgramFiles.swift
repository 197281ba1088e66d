import Foundation

/// Files that lie beside the running program.
enum ProgramFiles {
    /// Folder of the executable itself, whatever link it was started by.
    static let folder: String = {
        let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "."
        return URL(filePath: path).deletingLastPathComponent().path
    }()

    static var scriptWorker: String { "\(folder)/script-worker" }
}
