import Synchronization

/// Lets a bounded number of tasks in at once; the others wait in the order of their coming.
final class Turnstile: Sendable {
    private struct State {
        var free: Int
        var line = WaitingLine()
        var isClosed = false
    }

    private let state: Mutex<State>
    private let full: @Sendable () -> StorageError

    /// - Parameter full: What those are told whose patience ends.
    init(places: Int, full: @escaping @Sendable () -> StorageError) {
        state = Mutex(State(free: places))
        self.full = full
    }

    /// Returns once the caller is in; he calls ``leave()`` at his end.
    ///
    /// - Parameter isCancellable: Whether a cancelled task stops waiting, with `CancellationError`.
    func enter(patience: Duration, isCancellable: Bool) async throws {
        if isCancellable { try Task.checkCancellation() }
        if hasEntered() { return }
        let place = WaitingPlace()
        let timer = Timer(patience) { self.fail(place, self.full()) }
        defer { timer.cancel() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in join(continuation, place) }
        } onCancel: {
            if isCancellable { fail(place, CancellationError()) }
        }
    }

    func leave() {
        let next = state.withLock { state -> WaitingLine.Continuation? in
            let next = state.line.next()
            if next == nil { state.free += 1 }
            return next
        }
        next?.resume()
    }

    /// Whoever comes or waits is told that the database is closed.
    func close() {
        while let waiter = state.withLock({ state in
            state.isClosed = true
            return state.line.next()
        }) {
            waiter.resume(throwing: StorageError.closed)
        }
    }

    /// Without a wait, when there is room.
    private func hasEntered() -> Bool {
        state.withLock { state in
            guard state.free > 0, state.line.isEmpty, !state.isClosed else { return false }
            state.free -= 1
            return true
        }
    }

    private enum Entry { case free, closed, waits, gone(any Error) }

    private func join(_ continuation: WaitingLine.Continuation, _ place: WaitingPlace) {
        let entry = state.withLock { state -> Entry in
            if state.isClosed { return .closed }
            if state.free > 0, state.line.isEmpty {
                state.free -= 1
                return .free
            }
            if let error = place.failure { return .gone(error) }
            place.ticket = state.line.join(continuation)
            return .waits
        }
        switch entry {
        case .free: continuation.resume()
        case .closed: continuation.resume(throwing: StorageError.closed)
        case .gone(let error): continuation.resume(throwing: error)
        case .waits: break
        }
    }

    private func fail(_ place: WaitingPlace, _ error: any Error) {
        let waiter = state.withLock { state -> WaitingLine.Continuation? in
            guard let ticket = place.ticket else {
                place.failure = error
                return nil
            }
            return state.line.leave(ticket)
        }
        waiter?.resume(throwing: error)
    }
}

/// Where somebody waits, once he does.
private final class WaitingPlace: @unchecked Sendable {  // Used under the turnstile's mutex only.
    var ticket: WaitingLine.Ticket?
    /// Why he need not begin to wait.
    var failure: (any Error)?
}
