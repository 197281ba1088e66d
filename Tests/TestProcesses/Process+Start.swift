import Foundation
import Synchronization

extension Process {
    private static let turn = Mutex(())

    /// Starts the program, one at a time: Foundation's own start reads beyond its memory when several happen at once.
    ///
    /// - Parameters:
    ///   - path: Where programs are looked for; the environment of the test stays out of it.
    ///   - variables: What the program's environment has besides.
    public func start(
        path: String = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", variables: [String: String] = [:]
    ) throws {
        environment = variables.merging(["PATH": path]) { $1 }
        try Self.turn.withLock { _ in try run() }
    }
}
