import Synchronization

/// Wakes tests that wait for something to have happened; nobody polls, nobody sleeps.
final class Events: Sendable {
    private struct Waiter {
        var condition: @Sendable () -> Bool
        var continuation: CheckedContinuation<Void, Never>
    }

    private let waiters = Mutex<[Waiter]>([])

    /// Something has happened: whoever's condition holds now goes on.
    func announce() {
        let ready = waiters.withLock { waiters in
            // Each condition is asked once: it may change between two looks.
            var (ready, waiting): ([Waiter], [Waiter]) = ([], [])
            for waiter in waiters {
                if waiter.condition() { ready.append(waiter) } else { waiting.append(waiter) }
            }
            waiters = waiting
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
    }

    /// Returns once the condition holds; it is looked at after every announcement.
    func wait(until condition: @escaping @Sendable () -> Bool) async {
        await withCheckedContinuation { continuation in
            waiters.withLock { $0.append(Waiter(condition: condition, continuation: continuation)) }
            announce()
        }
    }
}
