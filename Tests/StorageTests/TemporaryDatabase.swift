import Foundation
import Storage

/// A database in a directory of its own that goes away with the value.
final class TemporaryDatabase: Sendable {
    let directory: String
    let database: Database

    var path: String { directory + "/test.sqlite" }

    init() throws {
        directory = NSTemporaryDirectory() + "storage-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        database = try Database.open(path: directory + "/test.sqlite")
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }
}
