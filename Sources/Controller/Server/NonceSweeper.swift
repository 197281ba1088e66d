import Logging
import ReplayMemory

/// Removes the nonces of requests that would be refused for their age anyway.
struct NonceSweeper: Sendable {
    private static let interval = Duration.seconds(60)

    let nonces: ReplayMemory
    let clock: any Clock<Duration>
    let now: @Sendable () -> Moment
    let logger: Logger

    /// Sweeps until cancelled.
    func run() async {
        while !Task.isCancelled {
            do {
                try await nonces.forget(before: now().seconds)
            } catch {
                logger.warning("nonces not swept", metadata: ["error": "\(error)"])
            }
            try? await clock.sleep(for: Self.interval)
        }
    }
}
