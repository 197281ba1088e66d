import Logging
import ReplayMemory
import RequestSigning

/// Removes the nonces of requests that would be refused for their age anyway, by the clock of every controller of the database.
struct NonceSweeper: Sendable {
    /// How far the clocks of controllers may be apart, in seconds: what one of them takes for too old, another may still accept.
    static let skewSeconds = RequestVerifier.windowSeconds

    let nonces: ReplayMemory
    let patrol: Patrol
    let now: @Sendable () -> Moment
    let logger: Logger

    /// Sweeps until cancelled.
    func run() async { await patrol.run("nonces not swept", logger, pass) }

    func pass() async throws { try await nonces.forget(before: now().seconds - Self.skewSeconds) }
}
