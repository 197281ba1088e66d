import Synchronization

/// What happened, in order, and those who wait for something; each entry is taken once.
final class StageJournal<Entry: Sendable>: Sendable {
    struct TimedOut: Error, CustomStringConvertible {
        let description: String
    }

    private struct Waiter {
        let number: Int
        let fits: @Sendable (Entry) -> Bool
        let continuation: CheckedContinuation<Entry?, Never>
    }

    private struct State {
        var all: [Entry] = []
        var untaken: [Entry] = []
        var waiters: [Waiter] = []
        var lastNumber = 0
    }

    private let state = Mutex(State())

    var all: [Entry] { state.withLock { $0.all } }

    func add(_ entry: Entry) {
        let waiter: Waiter? = state.withLock { state in
            state.all.append(entry)
            guard let index = state.waiters.firstIndex(where: { $0.fits(entry) }) else {
                state.untaken.append(entry)
                return nil
            }
            return state.waiters.remove(at: index)
        }
        waiter?.continuation.resume(returning: entry)
    }

    /// The first entry that fits and was not taken before, waited for within `limit`.
    @discardableResult
    func first(
        _ expectation: String, within limit: Duration = .seconds(60),
        where fits: @escaping @Sendable (Entry) -> Bool
    ) async throws -> Entry {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        let expiry = Task {
            try await ContinuousClock().sleep(for: limit)
            giveUp(number)
        }
        defer { expiry.cancel() }
        let entry = await withCheckedContinuation { continuation in
            let ready: Entry? = state.withLock { state in
                if let index = state.untaken.firstIndex(where: fits) { return state.untaken.remove(at: index) }
                state.waiters.append(Waiter(number: number, fits: fits, continuation: continuation))
                return nil
            }
            if let ready { continuation.resume(returning: ready) }
        }
        guard let entry else { throw TimedOut(description: "There was not \(expectation) within \(limit): \(all)") }
        return entry
    }

    private func giveUp(_ number: Int) {
        let waiter: Waiter? = state.withLock { state in
            guard let index = state.waiters.firstIndex(where: { $0.number == number }) else { return nil }
            return state.waiters.remove(at: index)
        }
        waiter?.continuation.resume(returning: nil)
    }
}
