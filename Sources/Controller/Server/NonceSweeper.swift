import Logging
import ReplayMemory

/// Removes the nonces of requests that would be refused for their age anyway.
struct NonceSweeper: Sendable {
    let nonces: ReplayMemory
    let patrol: Patrol
    let now: @Sendable () -> Moment
    let logger: Logger

    /// Sweeps until cancelled.
    func run() async {
        await patrol.run("nonces not swept", logger) { try await nonces.forget(before: now().seconds) }
    }
}
