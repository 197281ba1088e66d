import Media

/// Encodes the frames towards one far end, whatever rate they have.
final class FrameEncoder {
    private let adapter = RateAdapter()
    private var g722: G722Encoder?

    /// Writes 160 octets.
    func encode(_ frame: SoundFrame, as codec: WireCodec, into octets: UnsafeMutableRawBufferPointer) {
        if let law = codec.law {
            law.encode(adapter.convert(frame, to: .narrow), into: octets)
        } else {
            let encoder = g722 ?? G722Encoder()
            g722 = encoder
            encoder?.encode(adapter.convert(frame, to: .wide), into: octets)
        }
    }

    /// Goes on where another coder is, whose octets the far end has heard so far.
    func follow(_ other: FrameEncoder) {
        guard let theirs = other.g722 else { return }
        let encoder = g722 ?? G722Encoder()
        g722 = encoder
        encoder?.follow(theirs)
    }
}
