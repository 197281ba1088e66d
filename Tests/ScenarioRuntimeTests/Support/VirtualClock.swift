import ScenarioRuntime

/// A clock that stands still until a test moves it.
final class VirtualClock: SessionClock {
    private(set) var unixMilliseconds: Int64
    private var actions: [(number: Int, due: Int64, run: () -> Void)] = []
    private var count = 0

    init(unixMilliseconds: Int64) { self.unixMilliseconds = unixMilliseconds }

    func schedule(afterMilliseconds delay: Int64, _ action: @escaping () -> Void) -> any ScheduledAction {
        count += 1
        actions.append((count, unixMilliseconds + delay, action))
        return Cancellation(clock: self, number: count)
    }

    /// Moves to the next action that is due until an instant and runs it; false when there is none.
    func runNext(until instant: Int64) -> Bool {
        guard let next = actions.min(by: { ($0.due, $0.number) < ($1.due, $1.number) }), next.due <= instant else {
            unixMilliseconds = max(unixMilliseconds, instant)
            return false
        }
        actions.removeAll { $0.number == next.number }
        unixMilliseconds = max(unixMilliseconds, next.due)
        next.run()
        return true
    }

    private struct Cancellation: ScheduledAction {
        let clock: VirtualClock
        let number: Int
        func cancel() { clock.actions.removeAll { $0.number == number } }
    }
}
