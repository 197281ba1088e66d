import Foundation
import Storage

/// What a backup or its return has done.
struct BackupReport {
    private struct Entry {
        var system: Role
        var path: String
        var bytes: Int
        var migration: String
    }

    private var entries: [Entry] = []
    private var passedOver: [(system: Role, reason: String)] = []
    var warnings: [String] = []

    var isEmpty: Bool { entries.isEmpty }

    mutating func note(_ database: SystemDatabase, _ file: DatabaseFile, at path: String) throws {
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        entries.append(
            Entry(system: database.system, path: path, bytes: size ?? 0, migration: try file.check()))
    }

    mutating func pass(over database: SystemDatabase, _ reason: String) {
        passedOver.append((database.system, reason))
    }

    /// For people; one line for each system and warning.
    func lines(verb: String) -> String {
        let done = entries.map { "\($0.system.rawValue): \(verb), \($0.bytes) bytes, checked: \($0.path)" }
        let others = passedOver.map { "\($0.system.rawValue): not \(verb), \($0.reason)" }
        return (done + others + warnings).joined(separator: "\n")
    }

    func json() throws -> String {
        try JSONText.pretty([
            "databases": entries.map {
                [
                    "system": $0.system.rawValue, "path": $0.path, "bytes": $0.bytes, "migration": $0.migration,
                ] as [String: Any]
            },
            "passed_over": passedOver.map { ["system": $0.system.rawValue, "reason": $0.reason] },
            "warnings": warnings,
        ])
    }
}

/// Why nothing was copied or put back.
enum BackupError: Error, CustomStringConvertible {
    case nothingToDo(String)

    var description: String {
        switch self {
        case .nothingToDo(let reasons): "There is nothing to do:\n\(reasons)"
        }
    }
}
