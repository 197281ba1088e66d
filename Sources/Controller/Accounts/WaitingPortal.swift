import Synchronization

/// A portal's place among those that wait for their accounts, and the requests that stand at it.
final class WaitingPortal: Sendable {
    typealias Answer = Result<Account, any Error>

    private struct State {
        var work: ProvisioningQueue.Work
        var hasBegun = false
        var result: Answer?
        var visitors = 0
        var standing: [Int: CheckedContinuation<Answer, Never>] = [:]
        /// Who was sent away before standing.
        var gone: [Int: Answer] = [:]
    }

    private let state: Mutex<State>

    init(_ work: @escaping ProvisioningQueue.Work) { state = Mutex(State(work: work)) }

    /// Has this work done instead, if none has begun.
    func take(_ work: @escaping ProvisioningQueue.Work) -> Bool {
        state.withLock { state in
            guard !state.hasBegun, state.result == nil else { return false }
            state.work = work
            return true
        }
    }

    /// The work to do; from now on nobody loses patience.
    func begin() -> ProvisioningQueue.Work {
        state.withLock { state in
            state.hasBegun = true
            return state.work
        }
    }

    /// Tells everybody what came of it.
    func end(_ result: Answer) {
        let standing = state.withLock { state in
            state.result = result
            defer { state.standing = [:] }
            return state.standing.values
        }
        for visitor in standing { visitor.resume(returning: result) }
    }

    /// A name for a request.
    func visitor() -> Int {
        state.withLock { state in
            state.visitors += 1
            return state.visitors
        }
    }

    /// What came of the work, or why the visitor left.
    func account(for visitor: Int) async throws -> Account {
        let answer: Answer = await withCheckedContinuation { continuation in
            let known: Answer? = state.withLock { state in
                if let known = state.gone.removeValue(forKey: visitor) ?? state.result { return known }
                state.standing[visitor] = continuation
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
        return try answer.get()
    }

    /// Sends a visitor away who has lost patience, unless the work has begun.
    func leave(_ visitor: Int, because error: any Error, evenIfBegun: Bool = false) {
        let standing: CheckedContinuation<Answer, Never>? = state.withLock { state in
            guard state.result == nil, evenIfBegun || !state.hasBegun else { return nil }
            guard let standing = state.standing.removeValue(forKey: visitor) else {
                state.gone[visitor] = .failure(error)
                return nil
            }
            return standing
        }
        standing?.resume(returning: .failure(error))
    }
}
