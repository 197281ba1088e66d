import Logging

/// Deletes messages that arrived a week ago; nobody needs them for longer than a move's two days.
struct OutboxSweeper: Sendable {
    private static let batch = 200
    private static let age = Duration.seconds(7 * 86_400)

    let store: OutboxStore
    let interval: Duration
    let clock: any Clock<Duration>
    let now: @Sendable () -> Moment
    let logger: Logger

    /// Sweeps until cancelled.
    func run() async {
        while !Task.isCancelled {
            do {
                let end = now().adding(.zero - Self.age)
                while !Task.isCancelled, try await store.sweep(before: end, limit: Self.batch) == Self.batch {}
            } catch {
                logger.warning("arrived messages not deleted", metadata: ["error": "\(error)"])
            }
            try? await clock.sleep(for: interval)
        }
    }
}
