import Synchronization

/// Passes what is heard to those who listen in this process.
final class NotificationHub: Sendable {
    typealias Observer = @Sendable (DatabaseNotification, _ isOwn: Bool) -> Void

    private struct State {
        var observers: [NotificationChannel: [UInt64: Observer]] = [:]
        var last: UInt64 = 0
        var isInterrupted = false
    }

    private let state = Mutex(State())

    /// - Parameter observer: Called in the order of the commits, after those who came earlier, on the thread that heard of them; it does not wait. Its
    ///   second argument says whether this process sent the message. Hears at once of an interruption that lasts.
    func add(_ channel: NotificationChannel, _ observer: @escaping Observer) -> Observation {
        let (id, isInterrupted) = state.withLock { state in
            state.last += 1
            state.observers[channel, default: [:]][state.last] = observer
            return (state.last, state.isInterrupted)
        }
        if isInterrupted { observer(.interrupted, false) }
        return Observation { [weak self] in self?.remove(id, channel) }
    }

    func deliver(_ note: Note, isOwn: Bool) {
        for observer in observers(of: note.channel) { observer(.message(note.payload), isOwn) }
    }

    func interrupt() { turn(isInterrupted: true) }
    func resume() { turn(isInterrupted: false) }

    private func turn(isInterrupted: Bool) {
        let observers = state.withLock { state -> [Observer] in
            guard state.isInterrupted != isInterrupted else { return [] }
            state.isInterrupted = isInterrupted
            return state.observers.values.flatMap { $0 }.sorted { $0.key < $1.key }.map(\.value)
        }
        for observer in observers { observer(isInterrupted ? .interrupted : .resumed, false) }
    }

    private func observers(of channel: NotificationChannel) -> [Observer] {
        state.withLock { state in
            (state.observers[channel] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
        }
    }

    private func remove(_ id: UInt64, _ channel: NotificationChannel) {
        state.withLock { state in
            state.observers[channel]?[id] = nil
            if state.observers[channel]?.isEmpty == true { state.observers[channel] = nil }
        }
    }
}

/// Listening lasts as long as this value.
final class Observation: Sendable {
    private let end: @Sendable () -> Void
    init(_ end: @escaping @Sendable () -> Void) { self.end = end }
    deinit { end() }
}
