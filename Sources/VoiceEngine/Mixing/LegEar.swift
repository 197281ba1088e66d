import Media

/// What a leg's far end says, in frames.
final class LegEar: SoundSource {
    private let track = SoundTrack(delay: 40)
    private(set) var frame: SoundFrame?

    /// A packet; `codec` is nil for one without sound.
    func insert(_ octets: UnsafeRawBufferPointer, _ header: RTPHeader, codec: WireCodec?, at now: UInt64) {
        track.insert(octets, header, codec: codec, at: now)
    }

    /// Takes the frame of a tick.
    func tick() { frame = track.takeFrame() }

    func sound(for listener: MediaNode) -> SoundFrame? { frame }
}
