import Synchronization

/// Lets so many through at once and makes the others wait in the order of their coming, up to a bound.
final class Turnstile: Sendable {
    private typealias Waiter = CheckedContinuation<Bool, Never>

    private struct State {
        var running = 0
        var waiting: [Waiter] = []
        /// The first that waits: the front moves on instead of the rest moving up.
        var front = 0
        /// How long one takes, the latest most; zero before the first.
        var usual = Duration.zero

        mutating func noteTaken(_ time: Duration) { usual = usual == .zero ? time : (usual * 15 + time) / 16 }

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
    private let now: @Sendable () -> Moment
    private let state = Mutex(State())

    /// - Parameters:
    ///   - width: How many run at once.
    ///   - mostWaiting: How many wait; whoever comes later is told to come again.
    init(width: Int, mostWaiting: Int, now: @escaping @Sendable () -> Moment) {
        self.width = width
        self.mostWaiting = mostWaiting
        self.now = now
    }

    /// Runs `work` when it is its turn.
    ///
    /// - Throws: `ControllerError` with `busy` when too many wait; what `work` throws.
    func pass<Value: Sendable>(_ work: @Sendable () async throws -> Value) async throws -> Value {
        guard await enter() else {
            throw ControllerError(.busy, "too many ask at the moment; ask again in some seconds")
        }
        return try await inside(work)
    }

    /// Runs `work` if that needs no waiting; nil if it does.
    ///
    /// - Throws: What `work` throws.
    func passNow<Value: Sendable>(_ work: @Sendable () async throws -> Value) async throws -> Value? {
        let isIn = state.withLock { state in
            guard state.running < width else { return false }
            state.running += 1
            return true
        }
        return isIn ? try await inside(work) : nil
    }

    private func inside<Value: Sendable>(_ work: @Sendable () async throws -> Value) async throws -> Value {
        let began = now()
        defer {
            let taken = Duration.milliseconds(max(0, now().milliseconds - began.milliseconds))
            let next = state.withLock { state in
                state.noteTaken(taken)
                return state.next()
            }
            next?.resume(returning: true)
        }
        return try await work()
    }

    /// How many wait at the moment.
    var waiting: Int { state.withLock { $0.waiting.count - $0.front } }

    /// How long it takes until those who wait now are through, as it looks at the moment.
    var expectedWait: Duration {
        state.withLock { $0.usual * ($0.waiting.count - $0.front + 1) / width }
    }

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
