import CallControl

/// A recorder of whatever is sent to it.
final class SessionRecorder: SessionUnit {
    let node: MediaNode
    private(set) var isFinished = false
    private let loop: MediaLoop
    private let unit: MediaUnitID
    private let url: String
    private let emit: (UnitEvent) -> Void

    init(_ target: RecordingTarget, quality: RecordingQuality, loop: MediaLoop, emit: @escaping (UnitEvent) -> Void) {
        self.loop = loop
        self.emit = emit
        url = target.url
        unit = loop.addRecorder(to: target.path, quality: quality)
        node = .unit(unit)
    }

    func perform(_ command: UnitCommand) {
        switch command {
        case .muteRecorder(let mutes): loop.mute(unit, mutes)
        case .stopRecorder: end()
        default: break
        }
    }

    /// The file's own end follows.
    func end() { loop.removeUnit(unit) }

    func handle(_ event: MediaEvent) {
        guard !isFinished else { return }
        switch event {
        case .recorderStarted: emit(.recorderStarted(url: url))
        case .recorderStopped(_, let milliseconds):
            isFinished = true
            emit(.recorderStopped(url: url, durationSeconds: Int((Double(milliseconds) / 1000).rounded())))
        case .recorderFailed(_, let reason):
            isFinished = true
            loop.removeUnit(unit)
            emit(.recorderFailed(error: reason))
        default: break
        }
    }
}
