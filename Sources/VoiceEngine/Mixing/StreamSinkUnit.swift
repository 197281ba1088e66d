import Media

/// Gives what it hears on to another thread, 20 ms at every tick.
///
/// Silence is given on as well, so that whoever listens keeps the time. Lives on the media thread.
final class StreamSinkUnit {
    /// Ticks at most that get silence after they were given up.
    private static let longestGap = 50

    let id: MediaUnitID
    private let ring: SoundRing
    private let rate: SoundRate
    private let adapter = RateAdapter()
    private let silence: UnsafeMutableBufferPointer<Int16>
    private var input: (node: MediaNode, source: any SoundSource)?

    init(_ id: MediaUnitID, _ ring: SoundRing, _ rate: SoundRate) {
        self.id = id
        self.ring = ring
        self.rate = rate
        silence = .allocate(capacity: rate.frameLength)
        silence.initialize(repeating: 0)
    }

    deinit { silence.deallocate() }

    /// What it hears: one source at a time.
    var source: MediaNode? { input?.node }

    func hear(_ node: MediaNode, _ source: any SoundSource) { input = (node, source) }

    func hearNothing() { input = nil }

    func tick(frames: Int) {
        guard let input else { return }
        for _ in 1..<max(1, min(frames, Self.longestGap)) { ring.write(SoundFrame(silence)) }
        guard let sound = input.source.sound(for: .unit(id)) else {
            ring.write(SoundFrame(silence))
            return
        }
        ring.write(adapter.convert(sound, to: rate))
    }
}
