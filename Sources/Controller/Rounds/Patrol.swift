import Logging

/// Work that is done again and again with the same pause between, whether anything has happened or not.
struct Patrol: Sendable {
    let interval: Duration
    let clock: any Clock<Duration>

    /// Works until cancelled; what fails is said, and left for the next time.
    func run(_ complaint: Logger.Message, _ logger: Logger, _ work: () async throws -> Void) async {
        while !Task.isCancelled {
            do {
                try await work()
            } catch {
                logger.warning(complaint, metadata: ["error": "\(error)"])
            }
            try? await clock.sleep(for: interval)
        }
    }
}
