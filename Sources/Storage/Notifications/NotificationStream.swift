import Synchronization

/// What comes over a channel, in the order of the commits, for one reader.
///
/// Keeps 1,000 messages for a reader who is busy; with more he hears ``DatabaseNotification/interrupted`` and
/// ``DatabaseNotification/resumed`` in their place. Ends when its task is cancelled.
public struct NotificationStream: AsyncSequence, Sendable {
    public typealias Element = DatabaseNotification

    private let mailbox: NotificationMailbox
    private let signals: AsyncStream<Void>
    private let observation: Observation

    init(_ channel: NotificationChannel, hub: NotificationHub) {
        let mailbox = NotificationMailbox()
        let (signals, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        observation = hub.add(channel) { notification, _ in
            mailbox.put(notification)
            bell.yield()
        }
        self.mailbox = mailbox
        self.signals = signals
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(mailbox: mailbox, signals: signals.makeAsyncIterator(), observation: observation)
    }

    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let mailbox: NotificationMailbox
        fileprivate var signals: AsyncStream<Void>.Iterator
        fileprivate let observation: Observation

        public mutating func next() async -> DatabaseNotification? {
            while true {
                if let notification = mailbox.take() { return notification }
                guard await signals.next() != nil else { return nil }
            }
        }
    }
}

/// Messages that wait for their reader; their number is bounded.
private final class NotificationMailbox: Sendable {
    private static let capacity = 1000
    private let waiting = Mutex<[DatabaseNotification]>([])

    func put(_ notification: DatabaseNotification) {
        waiting.withLock { waiting in
            if waiting.count >= Self.capacity { waiting = [.interrupted, .resumed] }
            waiting.append(notification)
        }
    }

    func take() -> DatabaseNotification? {
        waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }
}
