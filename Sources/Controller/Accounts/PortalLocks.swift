import Synchronization

/// One at a time for each portal, in the order of arrival.
final class PortalLocks: Sendable {
    private typealias Waiters = [CheckedContinuation<Void, Never>]
    private let held = Mutex<[PortalID: Waiters]>([:])

    /// Runs `work` while nobody else runs for the same portal.
    func withLock<Value: Sendable>(
        _ portal: PortalID, _ work: @Sendable () async throws -> Value
    ) async throws -> Value {
        await enter(portal)
        defer { leave(portal) }
        return try await work()
    }

    private func enter(_ portal: PortalID) async {
        await withCheckedContinuation { continuation in
            let isFree = held.withLock { held in
                guard held[portal] != nil else {
                    held[portal] = []
                    return true
                }
                held[portal]?.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func leave(_ portal: PortalID) {
        let next = held.withLock { held -> CheckedContinuation<Void, Never>? in
            guard var waiters = held[portal], !waiters.isEmpty else {
                held[portal] = nil
                return nil
            }
            let next = waiters.removeFirst()
            held[portal] = waiters
            return next
        }
        next?.resume()
    }
}
