import Foundation

/// Files that lie beside the running program.
enum ProgramFiles {
    /// Folder of the executable itself, whatever link it was started by.
    static let folder: String = {
        let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "."
        return URL(filePath: path).deletingLastPathComponent().path
    }()

    /// Where the call scenarios may lie: installed beside the program, or in the source tree that it was built from.
    static var scenarioFolders: [String] {
        var folders = ["\(folder)/../share/switchboard/scenarios/bitrix24"]
        var parent = URL(filePath: folder)
        for _ in 0..<5 {
            parent.deleteLastPathComponent()
            folders.append(parent.appending(path: "Scenarios/bitrix24").path)
        }
        return folders
    }

    static var scriptWorker: String { "\(folder)/script-worker" }
}
