import Synchronization

/// A clock that stands still until a test moves it.
final class StandingClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (one: Instant, other: Instant) -> Bool { one.offset < other.offset }
    }

    private struct State {
        var now = Instant(offset: .zero)
        var sleepers: [Int: (until: Instant, continuation: CheckedContinuation<Void, any Error>)] = [:]
        var count = 0
        /// Those that were cancelled before they slept.
        var awake: Set<Int> = []
    }

    private let state = Mutex(State())
    let events = Events()
    let minimumResolution = Duration.nanoseconds(1)

    var now: Instant { state.withLock { $0.now } }
    var sleepers: Int { state.withLock { $0.sleepers.count } }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let name = state.withLock { state in
            state.count += 1
            return state.count
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let sleeps = state.withLock { state in
                    guard state.awake.remove(name) == nil else { return false }
                    state.sleepers[name] = (deadline, continuation)
                    return true
                }
                if !sleeps { continuation.resume(throwing: CancellationError()) }
                events.announce()
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                let sleeper = state.sleepers.removeValue(forKey: name)
                if sleeper == nil { state.awake.insert(name) }
                return sleeper
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Wakes whoever's time is over then.
    func move(by duration: Duration) {
        let woken = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            let woken = state.sleepers.filter { $0.value.until <= state.now }
            for name in woken.keys { state.sleepers[name] = nil }
            return woken.values.map(\.continuation)
        }
        for sleeper in woken { sleeper.resume() }
    }
}
