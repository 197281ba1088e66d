import Synchronization

/// A bounded number of connections; who finds none free waits a bounded time.
final class PostgresPool: Sendable {
    private struct State {
        var all: [PostgresSession] = []
        var idle: [PostgresSession] = []
    }

    private let turnstile: Turnstile
    private let patience: Duration
    private let make: @Sendable () -> PostgresSession
    private let state = Mutex(State())

    init(size: Int, patience: Duration, make: @escaping @Sendable () -> PostgresSession) {
        self.patience = patience
        self.make = make
        turnstile = Turnstile(places: size) {
            StorageError(
                code: .busy,
                message: "all \(size) connections to the database were in use for \(patience); try again, "
                    + "or allow more of them")
        }
    }

    /// - Throws: ``StorageError`` with code `busy` or `unavailable`; `CancellationError`.
    func withSession<Value>(
        isCancellable: Bool, _ work: (PostgresSession) async -> Value
    ) async throws -> Value {
        try await turnstile.enter(patience: patience, isCancellable: isCancellable)
        let session = state.withLock { state in
            if let session = state.idle.popLast() { return session }
            let new = make()
            state.all.append(new)
            return new
        }
        defer {
            state.withLock { $0.idle.append(session) }
            turnstile.leave()
        }
        return await work(session)
    }

    /// Waits for what runs; later callers are refused.
    func close() {
        turnstile.close()
        for session in state.withLock({ $0.all }) { session.close() }
    }
}
