import NIOConcurrencyHelpers

/// The events of a phone in order, and those who wait for one.
///
/// An event is found once: whoever waits for it gets the first that fits and was not taken before.
final class PhoneJournal: Sendable {
    struct TimedOut: Error, CustomStringConvertible {
        let expectation: String
        let seen: [String]
        var description: String {
            "The phone did not see \(expectation) in time; it saw: \(seen.joined(separator: ", "))."
        }
    }

    private struct Waiter {
        let number: Int
        let fits: @Sendable (PhoneEvent) -> Bool
        let continuation: CheckedContinuation<PhoneEvent?, Never>
    }

    private struct State {
        var untaken: [PhoneEvent] = []
        var seen: [String] = []
        var waiters: [Waiter] = []
        var lastNumber = 0
    }

    private let state = NIOLockedValueBox(State())

    func add(_ event: PhoneEvent) {
        let waiter: Waiter? = state.withLockedValue { state in
            state.seen.append(event.name)
            guard let index = state.waiters.firstIndex(where: { $0.fits(event) }) else {
                state.untaken.append(event)
                return nil
            }
            return state.waiters.remove(at: index)
        }
        waiter?.continuation.resume(returning: event)
    }

    /// The first event that fits, waited for at most `limit`; throws ``TimedOut``.
    @discardableResult
    func first(
        _ expectation: String, within limit: Duration = .seconds(90),
        where fits: @escaping @Sendable (PhoneEvent) -> Bool
    ) async throws -> PhoneEvent {
        let event = await withTaskGroup(of: PhoneEvent?.self) { group in
            let number = state.withLockedValue { state in
                state.lastNumber += 1
                return state.lastNumber
            }
            group.addTask { await self.wait(number, fits) }
            group.addTask {
                try? await Task.sleep(for: limit)
                self.giveUp(number)
                return nil
            }
            let result = await group.next() ?? nil
            group.cancelAll()
            return result
        }
        guard let event else {
            throw TimedOut(expectation: expectation, seen: state.withLockedValue { $0.seen })
        }
        return event
    }

    /// How often an event of this name came so far.
    func count(_ name: String) -> Int { state.withLockedValue { state in state.seen.count { $0 == name } } }

    private func wait(_ number: Int, _ fits: @escaping @Sendable (PhoneEvent) -> Bool) async -> PhoneEvent? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready: PhoneEvent? = state.withLockedValue { state in
                    if let index = state.untaken.firstIndex(where: fits) { return state.untaken.remove(at: index) }
                    state.waiters.append(Waiter(number: number, fits: fits, continuation: continuation))
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            giveUp(number)
        }
    }

    private func giveUp(_ number: Int) {
        let waiter: Waiter? = state.withLockedValue { state in
            guard let index = state.waiters.firstIndex(where: { $0.number == number }) else { return nil }
            return state.waiters.remove(at: index)
        }
        waiter?.continuation.resume(returning: nil)
    }
}
