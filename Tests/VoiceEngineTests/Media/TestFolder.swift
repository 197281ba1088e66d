import Foundation

/// A directory of its own that goes with the test.
final class TestFolder {
    let path = FileManager.default.temporaryDirectory.appending(path: "media-\(UUID().uuidString)").path
    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }
    func file(_ name: String) -> String { path + "/" + name }
}
