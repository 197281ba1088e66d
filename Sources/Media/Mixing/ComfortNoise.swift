/// Faint white noise for the pauses of a call, the same for the same seed.
public struct ComfortNoise: Hashable, Sendable {
    private var state: UInt64
    private let peak: Int64

    /// - Parameters:
    ///   - level: of the noise in dBm0, 0 at most.
    public init(seed: UInt64, level: Double = -65) {
        // The generator stands still at 0.
        state = seed == 0 ? 0x9E37_79B9_7F4A_7C15 : seed
        // Even noise of peak p has the power of a sine of peak p × √(2/3).
        let level = level.isFinite ? max(-99, min(level, 0)) : -99
        peak = Int64((Level.amplitude(dBm0: level) * 1.5.squareRoot()).rounded())
    }

    /// Fills the stretch.
    public mutating func fill(_ samples: UnsafeMutableBufferPointer<Int16>) {
        for index in samples.indices {
            // xorshift64*, whose upper bits are even enough for noise.
            state ^= state >> 12
            state ^= state << 25
            state ^= state >> 27
            let random = Int64((state &* 0x2545_F491_4F6C_DD1D) >> 32)
            samples[index] = Int16(clamping: (random &* (2 &* peak &+ 1)) >> 32 &- peak)
        }
    }
}
