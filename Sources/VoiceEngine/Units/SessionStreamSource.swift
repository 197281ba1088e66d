import CallControl

/// A stream into the engine: sounds as what it is fed, in real time, however fast that comes.
final class SessionStreamSource: SessionUnit, StreamFollower {
    /// Seconds of sound that wait at most; what is beyond them is dropped.
    static let longestWait = 10
    /// Beats without sound after which the stream counts as silent: a second.
    private static let silentBeats = 50
    /// Beats after which the last frame has been played.
    private static let lastBeats = 2

    let node: MediaNode
    private(set) var isFinished = false
    private let encoding: StreamEncoding
    private let loop: MediaLoop
    private let clock: StreamClock
    private let unit: MediaUnitID
    private let ring: SoundRing
    private let emit: (UnitEvent) -> Void
    /// Samples since the stream began to sound.
    private var fed = 0
    private var quiet = 0
    private var isFinishing = false

    init(_ encoding: StreamEncoding, loop: MediaLoop, clock: StreamClock, emit: @escaping (UnitEvent) -> Void) {
        self.encoding = encoding
        self.loop = loop
        self.clock = clock
        self.emit = emit
        ring = SoundRing(capacity: Self.longestWait * encoding.sampleRate)
        unit = loop.addStreamSource(ring, encoding.rate)
        node = .unit(unit)
        clock.add(self)
    }

    func perform(_ command: UnitCommand) {
        guard !isFinished else { return }
        switch command {
        case .feed(let octets):
            quiet = 0
            encoding.samples(octets).withUnsafeBufferPointer { fed += ring.write($0) }
        case .clearStream:
            fed -= min(fed, ring.waiting)
            ring.clear()
        case .finishStream: isFinishing = true
        case .removeStream: end()
        default: break
        }
    }

    func end() {
        guard !isFinished else { return }
        isFinished = true
        clock.remove(self)
        loop.removeUnit(unit)
    }

    func handle(_ event: MediaEvent) {}

    func beat() {
        guard ring.waiting == 0 else {
            quiet = 0
            return
        }
        quiet += 1
        if isFinishing, quiet >= Self.lastBeats {
            end()
            report()
        } else if quiet == Self.silentBeats, fed > 0 {
            report()
        }
    }

    private func report() {
        let milliseconds = fed * 1000 / encoding.sampleRate
        fed = 0
        emit(.streamSilent(milliseconds: milliseconds))
    }
}
