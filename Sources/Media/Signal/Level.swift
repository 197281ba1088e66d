#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Levels in dBm0 of sound in 16-bit samples.
///
/// A full-scale sine is +3.14 dBm0, the overload point of A-law (ITU-T G.711).
public enum Level {
    static let fullScale = 3.14

    /// The peak of a sine of that level, in sample units.
    public static func amplitude(dBm0: Double) -> Double { 32_767 * pow(10, (dBm0 - fullScale) / 20) }

    /// The level of a sine of that peak; −infinity for silence.
    public static func dBm0(amplitude: Double) -> Double {
        amplitude > 0 ? 20 * log10(amplitude / 32_767) + fullScale : -.infinity
    }

    /// The level of any sound by its mean power; −infinity for silence.
    public static func dBm0(of samples: UnsafeBufferPointer<Int16>) -> Double {
        guard !samples.isEmpty else { return -.infinity }
        var energy = 0.0
        for sample in samples { energy += Double(sample) * Double(sample) }
        return dBm0(amplitude: (2 * energy / Double(samples.count)).squareRoot())
    }
}
