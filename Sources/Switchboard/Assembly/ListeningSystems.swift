import NIOConcurrencyHelpers

/// Knows which systems of the process take requests, and wakes who waits for all of them.
final class ListeningSystems: Sendable {
    private struct State {
        var roles: Set<Role> = []
        var failure: (any Error)?
        var waiters: [(wanted: Set<Role>, continuation: CheckedContinuation<Void, any Error>)] = []
    }

    private let state = NIOLockedValueBox(State())

    func note(_ role: Role) {
        let done = state.withLockedValue { state in
            state.roles.insert(role)
            let done = state.waiters.filter { $0.wanted.isSubset(of: state.roles) }
            state.waiters.removeAll { $0.wanted.isSubset(of: state.roles) }
            return done
        }
        for waiter in done { waiter.continuation.resume() }
    }

    func fail(_ error: any Error) {
        let waiters = state.withLockedValue { state in
            if state.failure == nil { state.failure = error }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(throwing: error) }
    }

    func all(_ wanted: Set<Role>) async throws {
        try await withCheckedThrowingContinuation { continuation in
            let outcome: Result<Void, any Error>? = state.withLockedValue { state in
                if let failure = state.failure { return .failure(failure) }
                if wanted.isSubset(of: state.roles) { return .success(()) }
                state.waiters.append((wanted, continuation))
                return nil
            }
            if let outcome { continuation.resume(with: outcome) }
        }
    }
}
