import CSpandsp

/// Encodes wideband sound by ITU-T G.722 at 64 kbit/s: two samples of 16 kHz become one octet.
///
/// The coder adapts to what it has sent, so each far end has one of its own. RTP counts 8000 ticks in a second all the same
/// (RFC 3551 section 4.5.2). Holds C state: not Sendable, used by one thread at a time; nothing allocates after init.
public final class G722Encoder {
    private let state: UnsafeMutablePointer<g722_encode_state_t>

    /// Nil when memory is short.
    public init?() {
        guard let state = g722_encode_init(nil, 64_000, 0) else { return nil }
        self.state = state
    }

    deinit { g722_encode_free(state) }

    /// Encodes as many pairs of samples as both buffers hold.
    /// - Returns: the number of octets written.
    @discardableResult
    public func encode(_ samples: UnsafeBufferPointer<Int16>, into octets: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(samples.count / 2, octets.count)
        guard count > 0, let source = samples.baseAddress,
            let target = octets.baseAddress?.assumingMemoryBound(to: UInt8.self)
        else { return 0 }
        return Int(g722_encode(state, target, source, Int32(clamping: count * 2)))
    }

    /// Goes on where another coder is, so that a listener of its octets hears no seam.
    public func follow(_ other: G722Encoder) { state.pointee = other.state.pointee }
}

/// Decodes ITU-T G.722 at 64 kbit/s into 16 kHz, or its lower band alone into 8 kHz.
///
/// Octets belong in order; after a loss the coder finds back within some milliseconds. Holds C state: not Sendable, used by
/// one thread at a time; nothing allocates after init.
public final class G722Decoder {
    /// Samples that one octet becomes.
    public let samplesPerOctet: Int
    private let state: UnsafeMutablePointer<g722_decode_state_t>

    /// Nil when memory is short.
    public init?(_ rate: SoundRate = .wide) {
        let options = rate == .wide ? 0 : Int32(G722_SAMPLE_RATE_8000)
        guard let state = g722_decode_init(nil, 64_000, options) else { return nil }
        self.state = state
        samplesPerOctet = rate == .wide ? 2 : 1
    }

    deinit { g722_decode_free(state) }

    /// Decodes as many octets as both buffers hold.
    /// - Returns: the number of samples written.
    @discardableResult
    public func decode(_ octets: UnsafeRawBufferPointer, into samples: UnsafeMutableBufferPointer<Int16>) -> Int {
        let count = min(octets.count, samples.count / samplesPerOctet)
        guard count > 0, let target = samples.baseAddress,
            let source = octets.baseAddress?.assumingMemoryBound(to: UInt8.self)
        else { return 0 }
        return Int(g722_decode(state, target, source, Int32(clamping: count)))
    }
}
