import NIOCore

/// Time as the meters of calls see it: it never goes back, whatever becomes of the system's clock.
///
/// Used on the event loop only.
protocol CallClock: AnyObject {
    /// Since a moment that stays the same.
    var now: Duration { get }
    /// Runs an action once at a time; not before this method has returned.
    ///
    /// - Returns: What takes the action back; without effect when it has run.
    func schedule(at time: Duration, _ action: @escaping () -> Void) -> () -> Void
}

/// The clock of an event loop.
final class EventLoopCallClock: CallClock {
    private let eventLoop: any EventLoop
    private let start: NIODeadline

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        start = eventLoop.now
    }

    var now: Duration { .nanoseconds((eventLoop.now - start).nanoseconds) }

    func schedule(at time: Duration, _ action: @escaping () -> Void) -> () -> Void {
        let (seconds, attoseconds) = time.components
        let offset = TimeAmount.nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
        let timer = eventLoop.assumeIsolated().scheduleTask(deadline: start + offset) { action() }
        return { timer.cancel() }
    }
}
