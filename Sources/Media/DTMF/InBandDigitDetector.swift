import CSpandsp

/// Hears digits in the sound of a call, by spandsp's detector (ITU-T Q.24 tolerances).
///
/// Holds C state: not Sendable, one for each direction of a call, used by one thread at a time.
public final class InBandDigitDetector {
    private let state: OpaquePointer
    private var found = [CChar](repeating: 0, count: 32)

    /// Nil when memory is short.
    public init?() {
        guard let state = dtmf_rx_init(nil, nil, nil) else { return nil }
        self.state = state
    }

    deinit { dtmf_rx_free(state) }

    /// Hears a stretch of 8 kHz sound and reports each digit once, when its tone has lasted about 40 ms.
    public func process(_ samples: UnsafeBufferPointer<Int16>, report: (DTMFDigit) -> Void) {
        guard let start = samples.baseAddress, samples.count > 0 else { return }
        _ = dtmf_rx(state, start, Int32(clamping: samples.count))
        let count = dtmf_rx_get(state, &found, Int32(found.count - 1))
        for index in 0..<min(Int(count), found.count) {
            let scalar = Unicode.Scalar(UInt8(bitPattern: found[index]))
            if let digit = DTMFDigit(Character(scalar)) { report(digit) }
        }
    }

    /// Bridges a stretch that was lost, so that a digit before and after it counts once.
    public func skip(samples: Int) { _ = dtmf_rx_fillin(state, Int32(clamping: samples)) }
}
