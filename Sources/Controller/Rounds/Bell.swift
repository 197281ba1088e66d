import Storage
import Synchronization

/// Wakes one sleeping loop before its time.
final class Bell: Sendable {
    private let rings: Mutex<AsyncStream<Void>.Continuation?> = Mutex(nil)
    private let wasRung = Mutex(false)

    /// Ends the present wait, or the next one at once when nobody waits.
    func ring() {
        wasRung.withLock { $0 = true }
        rings.withLock { _ = $0?.yield() }
    }

    /// Rings with whatever is told over a channel, by this controller or another, until cancelled.
    func follow(_ news: NotificationStream) async {
        for await _ in news { ring() }
    }

    /// Waits for the bell, the time, or cancellation.
    func wait(atMost pause: Duration, clock: any Clock<Duration>) async {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        rings.withLock { $0 = continuation }
        if wasRung.withLock({ $0 }) { continuation.yield() }
        await withTaskGroup { group in
            group.addTask { for await _ in stream { break } }
            group.addTask { try? await clock.sleep(for: pause) }
            await group.next()
            group.cancelAll()
        }
        rings.withLock { $0 = nil }
        wasRung.withLock { $0 = false }
    }
}
