import Foundation

/// Where the sources lie that the tests were built from.
enum SourceTree {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    /// Programs of others for Python, as `make test-dependencies` installs them.
    static let python = root.appending(path: ".build/python/bin")
}
