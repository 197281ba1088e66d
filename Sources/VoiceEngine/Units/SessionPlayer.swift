import CallControl
import NIOCore

/// A player: fetches its sound, then has the media loop play it.
final class SessionPlayer: SessionUnit {
    let node: MediaNode
    private(set) var isFinished = false
    private let loop: MediaLoop
    private let unit: MediaUnitID
    private let emit: (UnitEvent) -> Void

    /// `sound` fails with a ``SoundFailure`` when there is nothing to play.
    init(
        _ sound: EventLoopFuture<[Sound.Segment]>, loops: Bool, isPaused: Bool, loop: MediaLoop,
        emit: @escaping (UnitEvent) -> Void
    ) {
        self.loop = loop
        self.emit = emit
        unit = loop.addPlayer(isPaused: isPaused)
        node = .unit(unit)
        sound.assumeIsolated().whenComplete { [weak self] result in self?.loaded(result, loops: loops) }
    }

    func perform(_ command: UnitCommand) {
        guard !isFinished else { return }
        switch command {
        case .pausePlayer: loop.pause(unit, true)
        case .resumePlayer: loop.pause(unit, false)
        case .addMarker(let milliseconds, let segment):
            loop.addMarker(unit, SoundMarker(milliseconds: milliseconds, segment: segment))
        case .stopPlayer:
            end()
            emit(.playerStopped)
        default: break
        }
    }

    func end() {
        isFinished = true
        loop.removeUnit(unit)
    }

    func handle(_ event: MediaEvent) {
        guard !isFinished else { return }
        switch event {
        case .playerStarted(_, let duration): emit(.playerStarted(durationMilliseconds: duration))
        case .markerReached(_, let marker):
            emit(.markerReached(milliseconds: marker.milliseconds, segment: marker.segment))
        case .playerFinished:
            isFinished = true
            emit(.playerFinished(error: nil))
        default: break
        }
    }

    private func loaded(_ result: Result<[Sound.Segment], any Error>, loops: Bool) {
        guard !isFinished else { return }
        switch result {
        case .success(let segments):
            emit(.playerReady)
            loop.setSound(unit, Sound(segments: segments, loops: loops))
        case .failure(let error):
            end()
            emit(.playerFinished(error: "\(error)"))
        }
    }
}
