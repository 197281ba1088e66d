import NIOCore

/// Receives what the media loop reports about one leg or unit; used on the event loop.
protocol MediaOwner: AnyObject {
    var node: MediaNode { get }
    /// Nothing more will come.
    var isFinished: Bool { get }
    func handle(_ event: MediaEvent)
}

/// Finds the leg or unit that a media event is for.
final class MediaOwners: @unchecked Sendable {  // the table is touched on the event loop only
    private let eventLoop: any EventLoop
    private var owners: [MediaNode: any MediaOwner] = [:]

    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func add(_ owner: any MediaOwner) { owners[owner.node] = owner }

    /// For an owner that is over without an event.
    func remove(_ node: MediaNode) { owners[node] = nil }

    /// Called from the media thread.
    func deliver(_ event: MediaEvent) {
        let node = event.node
        eventLoop.execute {
            guard let owner = self.owners[node] else { return }
            owner.handle(event)
            if owner.isFinished { self.owners[node] = nil }
        }
    }
}

extension MediaEvent {
    /// The leg or unit that the event is about.
    fileprivate var node: MediaNode {
        switch self {
        case .firstPacket(let leg), .rtpStopped(let leg), .rtpResumed(let leg), .playbackStarted(let leg, _, _),
            .playbackFinished(let leg, _), .digit(let leg, _, _), .sourceDigit(let leg, _), .digitsSent(let leg),
            .speaking(let leg, _), .progressTone(let leg), .beep(let leg, _), .answer(let leg, _),
            .recordStarted(let leg, _), .recordStopped(let leg, _, _), .recordFailed(let leg, _, _),
            .legRemoved(let leg, _):
            .leg(leg)
        case .playerStarted(let unit, _), .playerFinished(let unit), .markerReached(let unit, _),
            .recorderStarted(let unit), .recorderStopped(let unit, _), .recorderFailed(let unit, _):
            .unit(unit)
        }
    }
}
