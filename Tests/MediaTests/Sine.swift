import Foundation
import Media

/// Sines for the tests, at any rate.
enum Sine {
    static func samples(_ frequency: Double, dBm0: Double, count: Int, rate: Int = 8000) -> [Int16] {
        let peak = Level.amplitude(dBm0: dBm0)
        return (0..<count).map { Int16((peak * sin(2 * .pi * frequency * Double($0) / Double(rate))).rounded()) }
    }

    static func floats(_ frequency: Double, amplitude: Float, count: Int, rate: Int) -> [Float] {
        (0..<count).map { amplitude * Float(sin(2 * .pi * frequency * Double($0) / Double(rate))) }
    }

    /// Power of the sine of that frequency over everything else, in dB.
    static func signalToNoise(_ frequency: Double, in samples: ArraySlice<Int16>) -> Double {
        let count = Double(samples.count)
        var (sine, cosine, energy) = (0.0, 0.0, 0.0)
        for (index, sample) in samples.enumerated() {
            let angle = 2 * .pi * frequency * Double(index) / 8000
            sine += Double(sample) * sin(angle)
            cosine += Double(sample) * cos(angle)
            energy += Double(sample) * Double(sample)
        }
        let signal = 2 * (sine * sine + cosine * cosine) / count
        return 10 * log10(signal / max(energy - signal, 1e-9))
    }
}
