import Synchronization

/// Carries events to the open browsers of each employee, in order; a browser that falls behind loses the oldest.
final class EventHub: Sendable {
    /// What a browser's stream carries.
    enum Item: Sendable, Hashable {
        case event(PortalEvent)
        /// Shows both ends that the connection lives.
        case keepAlive
    }

    private struct State {
        var next = 0
        var isClosed = false
        var open: [EmployeeID: [Int: AsyncStream<Item>.Continuation]] = [:]
    }

    static let mostWaiting = 100
    private let state = Mutex(State())

    /// A stream for one browser; it ends at ``close()``, and is forgotten when its reader goes.
    func subscribe(_ employee: EmployeeID) -> AsyncStream<Item> {
        let (stream, continuation) = AsyncStream<Item>.makeStream(bufferingPolicy: .bufferingNewest(Self.mostWaiting))
        let number: Int? = state.withLock { state in
            guard !state.isClosed else { return nil }
            state.next += 1
            state.open[employee, default: [:]][state.next] = continuation
            return state.next
        }
        guard let number else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in self?.forget(employee, number) }
        return stream
    }

    func isOpen(_ employee: EmployeeID) -> Bool { state.withLock { $0.open[employee] != nil } }

    func send(_ event: PortalEvent, to employee: EmployeeID) {
        for continuation in state.withLock({ $0.open[employee].map { Array($0.values) } ?? [] }) {
            continuation.yield(.event(event))
        }
    }

    func keepAlive() {
        for continuation in state.withLock({ $0.open.values.flatMap(\.values) }) { continuation.yield(.keepAlive) }
    }

    /// Ends all streams; later subscriptions end at once.
    func close() {
        let open = state.withLock { state in
            state.isClosed = true
            return state.open.values.flatMap(\.values)
        }
        for continuation in open { continuation.finish() }
    }

    private func forget(_ employee: EmployeeID, _ number: Int) {
        state.withLock { state in
            state.open[employee]?[number] = nil
            if state.open[employee]?.isEmpty == true { state.open[employee] = nil }
        }
    }
}
