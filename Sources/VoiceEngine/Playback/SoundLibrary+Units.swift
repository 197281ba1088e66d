import CallControl
import Media
import NIOCore

// What players are made of.
extension SoundLibrary {
    /// All segments of a sound, in order; fails with the first ``SoundFailure``.
    func segments(of sound: PlayerSound) -> EventLoopFuture<[Sound.Segment]> {
        var parts: [PlayerSound] = []
        Self.flatten(sound, into: &parts)
        guard parts.count <= Self.mostSegments else {
            return eventLoop.makeFailedFuture(SoundFailure.tooManySegments(limit: Self.mostSegments))
        }
        return EventLoopFuture.whenAllSucceed(parts.map { segment(of: $0) }, on: eventLoop)
    }

    private static let mostSegments = 100

    private static func flatten(_ sound: PlayerSound, into parts: inout [PlayerSound]) {
        guard case .sequence(let sounds) = sound else { return parts.append(sound) }
        for sound in sounds where parts.count <= mostSegments { flatten(sound, into: &parts) }
    }

    private func segment(of sound: PlayerSound) -> EventLoopFuture<Sound.Segment> {
        switch sound {
        case .url(let request): clip(request).map { .clip($0) }
        case .speech(let request): speech(request).map { .clip($0) }
        case .tone(let script): tone(script)
        // Flattened before.
        case .sequence: eventLoop.makeFailedFuture(SoundFailure.tooManySegments(limit: Self.mostSegments))
        }
    }

    private func tone(_ script: String) -> EventLoopFuture<Sound.Segment> {
        do {
            return eventLoop.makeSucceededFuture(.tone(try ToneScript(parsing: script)))
        } catch {
            return eventLoop.makeFailedFuture(error)
        }
    }
}
