/// A lock among all processes that use one schema of a server.
struct PostgresLock: Sendable {
    /// How long the lock of a process that died without a word stays unnoticed.
    private static let longestWait = Duration.seconds(1)
    private static let longestName = 1000

    let name: String
    let watch: PostgresWatch

    private enum End<Value: Sendable>: Sendable {
        case finished(Value)
        case lost
        case cancelled
    }

    func hold<Value: Sendable>(
        patience: Duration, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        guard name.utf8.count <= Self.longestName, !name.utf8.contains(0) else {
            throw StorageError(code: .valueRefused, message: "a lock's name has at most \(Self.longestName) octets")
        }
        let lost = try await acquire(until: ContinuousClock.now + patience)
        let outcome: Result<Value, any Error>
        do { outcome = .success(try await run(body, lost)) } catch { outcome = .failure(error) }
        await watch.unlock(name)
        return try outcome.get()
    }

    private func acquire(until deadline: ContinuousClock.Instant) async throws -> AsyncStream<Void> {
        var last: StorageError = .lockBusy(name)
        repeat {
            try Task.checkCancellation()
            let left = deadline - ContinuousClock.now
            switch await watch.lock(name, longest: min(max(left, .zero), Self.longestWait)) {
            case .locked(let lost): return lost
            case .taken: last = .lockBusy(name)
            case .failed(let error) where error == .closed: throw error
            case .failed(let error): last = error
            }
        } while ContinuousClock.now < deadline
        throw last
    }

    private func run<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value, _ lost: AsyncStream<Void>
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: End<Value>.self) { group in
            group.addTask { .finished(try await body()) }
            group.addTask {
                for await _ in lost { return .lost }
                return .cancelled
            }
            defer { group.cancelAll() }
            while let end = try await group.next() {
                switch end {
                case .finished(let value): return value
                case .cancelled: continue
                case .lost:
                    group.cancelAll()
                    while (try? await group.next()) != nil {}
                    throw StorageError(
                        code: .lockLost,
                        message: "the connection that held the lock '\(name)' broke, another process may have it now; "
                            + "look at what was done before trying again")
                }
            }
            throw CancellationError()
        }
    }
}
