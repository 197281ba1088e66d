#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Measures how much of one frequency is in a stretch of sound.
public struct Goertzel: Hashable, Sendable {
    /// Hz.
    public let frequency: Double
    /// Hz.
    public let sampleRate: Int
    private let coefficient: Double

    /// A detector of one frequency.
    public init(frequency: Double, sampleRate: Int = 8000) {
        self.frequency = frequency
        self.sampleRate = sampleRate
        coefficient = 2 * cos(2 * Double.pi * frequency / Double(sampleRate))
    }

    /// The peak of the sine of that frequency, in sample units.
    ///
    /// Exact where the stretch holds whole periods; elsewhere other frequencies leak in, the less the longer it is.
    public func amplitude(in samples: UnsafeBufferPointer<Int16>) -> Double {
        guard !samples.isEmpty else { return 0 }
        var last = 0.0
        var beforeLast = 0.0
        for sample in samples {
            let value = Double(sample) + coefficient * last - beforeLast
            beforeLast = last
            last = value
        }
        let power = last * last + beforeLast * beforeLast - coefficient * last * beforeLast
        return 2 * max(0, power).squareRoot() / Double(samples.count)
    }

    /// The level of the sine of that frequency; −infinity for silence.
    public func dBm0(in samples: UnsafeBufferPointer<Int16>) -> Double { Level.dBm0(amplitude: amplitude(in: samples)) }

    /// The level in an array's range of samples.
    public func dBm0(in samples: [Int16], _ range: Range<Int>? = nil) -> Double {
        samples.withUnsafeBufferPointer { buffer in
            let range = (range ?? 0..<buffer.count).clamped(to: 0..<buffer.count)
            return dBm0(in: UnsafeBufferPointer(rebasing: buffer[range]))
        }
    }
}
