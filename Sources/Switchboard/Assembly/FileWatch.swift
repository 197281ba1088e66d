import Foundation
import Synchronization

/// Notices that a file has another content.
final class FileWatch: Sendable {
    /// What the system says of a file; one that was put in the place of another has another number.
    private struct Stamp: Equatable {
        let changedAt: Date?
        let size: Int?
        let number: Int?
    }

    private let path: String
    private let seen: Mutex<Stamp>

    /// What is in the file now counts as seen.
    init(path: String) {
        self.path = path
        seen = Mutex(Self.stamp(path))
    }

    /// Whether the file is another one than at the last look.
    func hasChanged() -> Bool {
        let stamp = Self.stamp(path)
        return seen.withLock { seen in
            defer { seen = stamp }
            return seen != stamp
        }
    }

    private static func stamp(_ path: String) -> Stamp {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        func number(_ key: FileAttributeKey) -> Int? { (attributes?[key] as? NSNumber)?.intValue }
        return Stamp(
            changedAt: attributes?[.modificationDate] as? Date, size: number(.size), number: number(.systemFileNumber))
    }
}
