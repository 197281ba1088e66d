import Media

/// One direction of a stream on the tick's time line: packets in as they come, a frame of sound out at every tick.
final class SoundTrack {
    private let buffer: JitterBuffer
    private let decoder = FrameDecoder()
    private var codec = WireCodec.pcmu

    /// - Parameter delay: milliseconds that are collected at least before a stretch of sound begins.
    init(delay: Int) {
        buffer = JitterBuffer(configuration: .init(minimumDelayMilliseconds: delay, maximumDelayMilliseconds: 200))
    }

    var hasSound: Bool { buffer.depthMilliseconds > 0 }

    /// A packet; `codec` is nil for one without sound, whose number then does not count as lost.
    func insert(_ octets: UnsafeRawBufferPointer, _ header: RTPHeader, codec: WireCodec?, at now: UInt64) {
        guard let codec else { return buffer.skip(header) }
        if codec != self.codec {
            // What waits would be decoded as something that it is not.
            buffer.reset()
            buffer.silence = codec.silence
            self.codec = codec
        }
        buffer.insert(octets, header: header, arrival: MediaTime(microseconds: now))
    }

    /// The next 20 ms, nil where nothing came; valid until the next call.
    func takeFrame() -> SoundFrame? {
        switch buffer.pop() {
        case .frame(let octets): decoder.decode(octets, codec)
        case .lost: decoder.conceal()
        case .empty: nil
        }
    }
}
