import ScenarioRuntime

/// A clock that stands still until the stage moves it to the next thing that is due.
final class StageClock: SessionClock {
    private(set) var unixMilliseconds: Int64 = 0
    private var actions: [Action] = []
    private var count = 0

    private struct Action {
        let number: Int
        let due: Int64
        let run: () -> Void
    }

    /// Begins anew at an instant, without anything that waits.
    func reset(to instant: Int64) {
        unixMilliseconds = instant
        actions.removeAll()
    }

    func schedule(afterMilliseconds delay: Int64, _ action: @escaping () -> Void) -> any ScheduledAction {
        count += 1
        let item = Action(number: count, due: unixMilliseconds + max(0, delay), run: action)
        // In the order of their time; those of one time in the order in which they were asked for.
        let index = actions.firstIndex { $0.due > item.due } ?? actions.endIndex
        actions.insert(item, at: index)
        return Cancellation(clock: self, number: count)
    }

    /// Moves to what is due next, not beyond an instant, and runs it; false when there is nothing.
    func runNext(until instant: Int64) -> Bool {
        guard let next = actions.first, next.due <= instant else { return false }
        actions.removeFirst()
        unixMilliseconds = max(unixMilliseconds, next.due)
        next.run()
        return true
    }

    private struct Cancellation: ScheduledAction {
        let clock: StageClock
        let number: Int

        func cancel() { clock.actions.removeAll { $0.number == number } }
    }
}
