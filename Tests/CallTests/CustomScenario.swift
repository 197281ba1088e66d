import Foundation

@testable import Switchboard

/// A scenario of the test's own instead of the one that comes with the program.
struct CustomScenario {
    private let folder: String

    /// - Parameter source: runs with the constants that the controller puts before every scenario.
    init(_ source: String) throws {
        try self.init()
        try write(source)
    }

    /// An empty one; it must be written before the installation starts.
    init() throws {
        folder = NSTemporaryDirectory() + "switchboard-scenario-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    func write(_ source: String) throws {
        try source.write(toFile: "\(folder)/scenario.js", atomically: true, encoding: .utf8)
    }

    /// The setting that makes the controller publish it.
    var settings: [String: Settings.Value] { ["controller.scenarios": .text(folder)] }
}
