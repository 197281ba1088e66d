import CallControl
import Media

/// A stream out of the engine: what it hears, in octets, 20 ms at a time.
final class SessionStreamSink: SessionUnit, StreamFollower {
    let node: MediaNode
    private(set) var isFinished = false
    private let encoding: StreamEncoding
    private let loop: MediaLoop
    private let clock: StreamClock
    private let unit: MediaUnitID
    private let ring: SoundRing
    private let emit: (UnitEvent) -> Void
    private let frame: UnsafeMutableBufferPointer<Int16>

    init(_ encoding: StreamEncoding, loop: MediaLoop, clock: StreamClock, emit: @escaping (UnitEvent) -> Void) {
        self.encoding = encoding
        self.loop = loop
        self.clock = clock
        self.emit = emit
        // A second: an event loop that is behind for longer has lost the time anyway.
        ring = SoundRing(capacity: encoding.sampleRate)
        frame = .allocate(capacity: encoding.rate.frameLength)
        frame.initialize(repeating: 0)
        unit = loop.addStreamSink(ring, encoding.rate)
        node = .unit(unit)
        clock.add(self)
    }

    deinit { frame.deallocate() }

    func perform(_ command: UnitCommand) {
        if case .removeStream = command { end() }
    }

    func end() {
        guard !isFinished else { return }
        isFinished = true
        clock.remove(self)
        loop.removeUnit(unit)
    }

    func handle(_ event: MediaEvent) {}

    func beat() {
        while !isFinished, ring.waiting >= frame.count {
            _ = ring.read(into: frame)
            emit(.streamFrame(encoding.octets(SoundFrame(frame))))
        }
    }
}
