import Synchronization

/// Values read from a database that are asked for again and again, kept after the first look.
///
/// Whoever changes what a value stands for calls ``forget(_:)`` or ``change(_:_:)`` after the commit and before he
/// answers; a read that began before is not kept, so nobody who has heard of the change sees the old value.
///
/// When other processes change the rows, they tell it by ``Transaction/notify(_:_:)`` over the memory's channel, and the
/// value is forgotten as soon as that has arrived, some milliseconds after the commit. While it cannot arrive, nothing is
/// kept and every value is read; a server that is gone without a word is noticed within 15 s.
public final class RowMemory<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct State {
        /// Grows with every change.
        var generation = 0
        var values: [Key: Value] = [:]
        /// Whether changes by others are not heard of.
        var isDeaf = false
    }

    private let capacity: Int
    private let state = Mutex(State())
    private let observation = Mutex<Observation?>(nil)

    /// - Parameter capacity: All is forgotten when there are more values than this.
    public init(capacity: Int = 10_000) { self.capacity = capacity }

    /// A memory of rows that other processes may change.
    ///
    /// - Parameters:
    ///   - key: Reads the key from the payload of a notification; with nil all is forgotten.
    public convenience init(
        capacity: Int = 10_000, of database: Database, changes channel: NotificationChannel,
        key: @escaping @Sendable (String) -> Key?
    ) {
        self.init(capacity: capacity)
        let observation = database.observe(channel) { [weak self] notification, isOwn in
            switch notification {
            // Who changes a row in this process says so himself, and earlier.
            case .message where isOwn: break
            case .message(let payload): self?.forget(heard: key(payload))
            case .interrupted: self?.turn(isDeaf: true)
            case .resumed: self?.turn(isDeaf: false)
            }
        }
        self.observation.withLock { $0 = observation }
    }

    /// What is known without a look into the database.
    public func known(_ key: Key) -> Value? { state.withLock { $0.values[key] } }

    /// The value, read when it is not known; nil, which is not remembered, when there is none.
    public func value(_ key: Key, orRead read: () async throws -> Value?) async throws -> Value? {
        let (known, generation) = state.withLock { ($0.values[key], $0.generation) }
        if let known { return known }
        guard let found = try await read() else { return nil }
        state.withLock { state in
            guard state.generation == generation, !state.isDeaf else { return }
            if state.values.count >= capacity { state.values = [:] }
            state.values[key] = found
        }
        return found
    }

    public func forget(_ key: Key) {
        state.withLock { state in
            state.generation += 1
            state.values[key] = nil
        }
    }

    /// Brings a known value to what was written; one that is not known stays so.
    public func change(_ key: Key, _ change: (inout Value) -> Void) {
        state.withLock { state in
            state.generation += 1
            guard var value = state.values[key] else { return }
            change(&value)
            state.values[key] = value
        }
    }

    private func forget(heard key: Key?) {
        if let key { return forget(key) }
        state.withLock { state in
            state.generation += 1
            state.values = [:]
        }
    }

    private func turn(isDeaf: Bool) {
        state.withLock { state in
            state.generation += 1
            state.values = [:]
            state.isDeaf = isDeaf
        }
    }
}
