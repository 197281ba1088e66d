import Logging

/// Work that is done again and again: at each ring of a bell, when something is due, and now and then.
struct Rounds: Sendable {
    private static let longestPause = Duration.seconds(60)

    let bell: Bell
    let backOff: BackOff
    let clock: any Clock<Duration>
    let now: @Sendable () -> Moment

    /// When what has failed so often is to be tried again.
    func again(afterAttempt attempt: Int64) -> Moment { now().adding(backOff.pause(afterAttempt: attempt)) }

    /// Works until cancelled.
    ///
    /// - Parameters:
    ///   - complaint: What the log says when a round fails.
    ///   - round: Does what is due, and says when something will be; nil for nothing that is known of.
    func run(_ complaint: Logger.Message, _ logger: Logger, _ round: () async throws -> Moment?) async {
        while !Task.isCancelled {
            var pause = Self.longestPause
            do {
                if let next = try await round() {
                    pause = min(pause, .milliseconds(max(1, next.milliseconds - now().milliseconds)))
                }
            } catch {
                logger.error(complaint, metadata: ["error": "\(error)"])
                pause = backOff.longest
            }
            await bell.wait(atMost: pause, clock: clock)
        }
    }
}
