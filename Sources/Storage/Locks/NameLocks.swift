import Synchronization

/// Locks by name within this process; who has waited longest is the next.
final class NameLocks: Sendable {
    private struct Lock {
        let turnstile: Turnstile
        var users = 0
    }

    private let locks = Mutex<[String: Lock]>([:])

    /// Runs `body` while no other task of this process is in it under the same name.
    ///
    /// - Throws: What `body` throws; ``StorageError`` with code `busy` after `patience`; `CancellationError` while waiting.
    func hold<Value>(
        _ name: String, patience: Duration, _ body: () async throws -> Value
    ) async throws -> Value {
        let turnstile = locks.withLock { locks in
            locks[name, default: Lock(turnstile: Turnstile(places: 1) { .lockBusy(name) })].users += 1
            return locks[name]?.turnstile
        }
        defer {
            locks.withLock { locks in
                locks[name]?.users -= 1
                if locks[name]?.users == 0 { locks[name] = nil }
            }
        }
        guard let turnstile else { throw StorageError.lockBusy(name) }
        try await turnstile.enter(patience: patience, isCancellable: true)
        defer { turnstile.leave() }
        return try await body()
    }
}

extension StorageError {
    static func lockBusy(_ name: String) -> StorageError {
        StorageError(code: .busy, message: "somebody else holds the lock '\(name)'; try again")
    }

    static var closed: StorageError {
        StorageError(code: .unavailable, message: "the database is closed: the program is ending")
    }
}
