import Media

/// Sounds as what another thread has put into its ring, whether or not somebody listens.
///
/// It begins when 60 ms wait, or has waited so long: sound over a network comes unevenly. Lives on the media thread.
final class StreamSourceUnit: HeardUnit {
    /// Frames that it waits for at the beginning.
    private static let lead = 3

    let id: MediaUnitID
    var listeners: [MediaNode] = []
    private let ring: SoundRing
    private let buffer: UnsafeMutableBufferPointer<Int16>
    private var frame: SoundFrame?
    private var isPlaying = false
    private var patience = 0

    init(_ id: MediaUnitID, _ ring: SoundRing, _ rate: SoundRate) {
        self.id = id
        self.ring = ring
        buffer = .allocate(capacity: rate.frameLength)
        buffer.initialize(repeating: 0)
    }

    deinit { buffer.deallocate() }

    func sound(for listener: MediaNode) -> SoundFrame? { frame }

    /// Makes the frame of a tick.
    func tick() {
        frame = nil
        let waiting = ring.waiting
        guard waiting > 0 else { return rest() }
        patience += 1
        guard isPlaying || waiting >= Self.lead * buffer.count || patience >= Self.lead else { return }
        isPlaying = true
        let count = ring.read(into: buffer)
        if count < buffer.count {
            for index in count..<buffer.count { buffer[index] = 0 }
            rest()
        }
        frame = SoundFrame(buffer)
    }

    private func rest() {
        isPlaying = false
        patience = 0
    }
}
