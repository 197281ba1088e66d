import NIOCore

/// Something that looks at its ring at every beat.
protocol StreamFollower: AnyObject {
    func beat()
}

/// Beats every 20 ms while there are streams; on the event loop.
///
/// The media thread only fills and empties rings: it wakes nobody, so a stream costs it no more than a listener.
final class StreamClock {
    private static let period = TimeAmount.milliseconds(20)

    private let eventLoop: any EventLoop
    private var followers: [ObjectIdentifier: any StreamFollower] = [:]
    private var next: Scheduled<Void>?

    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func add(_ follower: any StreamFollower) {
        followers[ObjectIdentifier(follower)] = follower
        if next == nil { schedule(after: .now()) }
    }

    func remove(_ follower: any StreamFollower) {
        followers[ObjectIdentifier(follower)] = nil
        guard followers.isEmpty else { return }
        next?.cancel()
        next = nil
    }

    private func schedule(after time: NIODeadline) {
        // A loop that was held up does not make up for beats: one takes all that waits.
        let deadline = max(time, .now() - Self.period) + Self.period
        next = eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] in self?.beat(at: deadline) }
    }

    private func beat(at deadline: NIODeadline) {
        schedule(after: deadline)
        for follower in followers.values { follower.beat() }
    }
}
