import Synchronization

/// Lets so many through at once and makes the others wait in the order of their coming, up to a bound.
final class Turnstile: Sendable {
    private typealias Waiter = CheckedContinuation<Bool, Never>

    private struct State {
        var running = 0
        var waiting: [Waiter] = []
        /// The first that waits: the front moves on instead of the rest moving up.
        var front = 0

        mutating func next() -> Waiter? {
            guard front < waiting.count else {
                (waiting, front) = ([], 0)
                running -= 1
                return nil
            }
            front += 1
            return waiting[front - 1]
        }
    }

    private let width: Int
    private let mostWaiting: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - width: How many run at once.
    ///   - mostWaiting: How many wait; whoever comes later is told to come again.
    init(width: Int, mostWaiting: Int) {
        self.width = width
        self.mostWaiting = mostWaiting
    }

    /// Runs `work` when it is its turn.
    ///
    /// - Throws: `ControllerError` with `busy` when too many wait; what `work` throws.
    func pass<Value: Sendable>(_ work: @Sendable () async throws -> Value) async throws -> Value {
        guard await enter() else {
            throw ControllerError(.busy, "too many ask at the moment; ask again in some seconds")
        }
        defer { state.withLock { $0.next() }?.resume(returning: true) }
        return try await work()
    }

    /// How many wait at the moment.
    var waiting: Int { state.withLock { $0.waiting.count - $0.front } }

    private func enter() async -> Bool {
        await withCheckedContinuation { continuation in
            let answer: Bool? = state.withLock { state in
                if state.running < width {
                    state.running += 1
                    return true
                }
                guard state.waiting.count - state.front < mostWaiting else { return false }
                state.waiting.append(continuation)
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }
}
