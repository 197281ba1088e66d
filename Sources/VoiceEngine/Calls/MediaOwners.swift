import NIOCore

/// Finds the leg that a media event is for.
final class MediaOwners: @unchecked Sendable {  // the table is touched on the event loop only
    private let eventLoop: any EventLoop
    private var owners: [LegID: LegMedia] = [:]

    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func add(_ media: LegMedia) { owners[media.leg] = media }

    /// Called from the media thread.
    func deliver(_ event: MediaEvent) {
        guard let leg = event.leg else { return }
        eventLoop.execute {
            guard let owner = self.owners[leg] else { return }
            owner.handle(event)
            if owner.isFinished { self.owners[leg] = nil }
        }
    }
}

extension MediaEvent {
    /// The leg that the event is about.
    fileprivate var leg: LegID? {
        switch self {
        case .firstPacket(let leg), .rtpStopped(let leg), .rtpResumed(let leg), .playbackStarted(let leg, _, _),
            .playbackFinished(let leg, _), .digit(let leg, _, _), .sourceDigit(let leg, _), .digitsSent(let leg),
            .recordStarted(let leg, _), .recordStopped(let leg, _, _), .recordFailed(let leg, _, _),
            .legRemoved(let leg, _):
            leg
        }
    }
}
