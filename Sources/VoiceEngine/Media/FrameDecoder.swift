import Media

/// Makes frames of 20 ms of the octets of one stream, whichever codec they are in.
final class FrameDecoder {
    /// Frames that a loss is bridged for; longer ones are silent.
    private static let bridged = 3

    private let samples: UnsafeMutableBufferPointer<Int16>
    private var g722: G722Decoder?
    private var count = 0
    private var losses = 0

    init() { samples = .allocate(capacity: SoundRate.wide.frameLength) }

    deinit { samples.deallocate() }

    /// The sound of 160 octets, at the codec's rate; valid until the next call.
    func decode(_ octets: UnsafeRawBufferPointer, _ codec: WireCodec) -> SoundFrame {
        losses = 0
        var made: Int
        if let law = codec.law {
            count = SoundRate.narrow.frameLength
            made = law.decode(octets, into: UnsafeMutableBufferPointer(rebasing: samples[..<count]))
        } else {
            count = SoundRate.wide.frameLength
            let decoder = g722 ?? G722Decoder()
            g722 = decoder
            made = decoder?.decode(octets, into: samples) ?? 0
        }
        made = min(made, count)
        samples[made..<count].update(repeating: 0)
        return SoundFrame(rebasing: samples[..<count])
    }

    /// Stands in for a frame that was lost: the one before, fading away; nil when that is too long ago.
    func conceal() -> SoundFrame? {
        guard count > 0, losses < Self.bridged else { return nil }
        losses += 1
        for index in 0..<count { samples[index] /= 2 }
        return SoundFrame(rebasing: samples[..<count])
    }
}
