import Logging

/// Deletes messages that arrived a week ago; nobody needs them for longer than a move's two days.
struct OutboxSweeper: Sendable {
    private static let batch = 200
    private static let age = Duration.seconds(7 * 86_400)

    let store: OutboxStore
    let patrol: Patrol
    let now: @Sendable () -> Moment
    let logger: Logger

    /// Sweeps until cancelled.
    func run() async {
        await patrol.run("arrived messages not deleted", logger) {
            let end = now().adding(.zero - Self.age)
            while !Task.isCancelled, try await store.sweep(before: end, limit: Self.batch) == Self.batch {}
        }
    }
}
