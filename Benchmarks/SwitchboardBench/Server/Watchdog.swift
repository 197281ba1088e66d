import Dispatch
import Foundation

/// Ends the benchmark, and first the server that it has started, when it takes too long or is told to stop.
final class Watchdog {
    private let timer: any DispatchSourceTimer
    private var signals: [any DispatchSourceSignal] = []

    /// - Parameter cleanUp: what must not stay behind; runs on a queue of its own.
    init(seconds: Int, cleanUp: @escaping @Sendable () -> Void) {
        let queue = DispatchQueue(label: "watchdog")
        timer = DispatchSource.makeTimerSource(queue: queue)
        timer.schedule(deadline: .now() + .seconds(seconds))
        timer.setEventHandler { Self.end("The measurement took more than \(seconds) s and was given up.", cleanUp) }
        timer.resume()
        signals = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { Self.end("Stopped by a signal.", cleanUp) }
            source.resume()
            return source
        }
    }

    deinit {
        timer.cancel()
        signals.forEach { $0.cancel() }
    }

    private static func end(_ reason: String, _ cleanUp: () -> Void) {
        FileHandle.standardError.write(Data((reason + "\n").utf8))
        cleanUp()
        exit(1)
    }
}
