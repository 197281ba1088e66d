/// Growing pauses between repeated deliveries.
struct BackOff: Sendable, Equatable {
    var first: Duration
    var longest: Duration

    /// The pause after the failure of this attempt, counted from 1: doubled each time up to the longest.
    func pause(afterAttempt attempt: Int64) -> Duration {
        var pause = first
        for _ in 1..<max(2, min(attempt, 40)) where attempt > 1 && pause < longest { pause *= 2 }
        return min(pause, longest)
    }
}
