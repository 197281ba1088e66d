import Billing
import Foundation
import Synchronization

/// Reads the price list again whenever its file has changed.
final class TariffWatch: Sendable {
    /// What the system says of a file; one that was put in the place of another has another number.
    private struct Stamp: Equatable {
        let changedAt: Date?
        let size: Int?
        let number: Int?
    }

    private let settings: Settings
    private let seen: Mutex<Stamp>

    /// What is in the file now counts as read.
    init(settings: Settings) {
        self.settings = settings
        seen = Mutex(Self.stamp(settings))
    }

    /// The new list; nil when the file is as it was.
    ///
    /// - Throws: ``AssemblyError`` once for a file that cannot be used, until it changes again.
    func changed() throws -> TariffBook? {
        let stamp = Self.stamp(settings)
        let isNew = seen.withLock { seen in
            defer { seen = stamp }
            return seen != stamp
        }
        return isNew ? try settings.tariffs() : nil
    }

    private static func stamp(_ settings: Settings) -> Stamp {
        let attributes = try? FileManager.default.attributesOfItem(atPath: settings.text("voice.tariffs"))
        func number(_ key: FileAttributeKey) -> Int? { (attributes?[key] as? NSNumber)?.intValue }
        return Stamp(
            changedAt: attributes?[.modificationDate] as? Date, size: number(.size), number: number(.systemFileNumber))
    }
}
