import Foundation
import Synchronization

extension Process {
    private static let turn = Mutex(())

    /// Starts the program, one at a time: Foundation's own start reads beyond its memory when several happen at once.
    ///
    /// - Parameter path: Where programs are looked for; the environment of the test stays out of it.
    func start(path: String = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin") throws {
        environment = ["PATH": path]
        try Self.turn.withLock { _ in try run() }
    }
}
