#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A sine made by turning a vector; exact in phase, without a sine per sample.
struct Oscillator: Hashable {
    private let stepCosine: Double
    private let stepSine: Double
    private var cosine = 1.0
    private var sine = 0.0
    private let amplitude: Double

    init(frequency: Double, amplitude: Double, sampleRate: Int) {
        let step = 2 * Double.pi * frequency / Double(sampleRate)
        stepCosine = cos(step)
        stepSine = sin(step)
        self.amplitude = amplitude
    }

    /// Begins a new sine at zero.
    mutating func restart() {
        cosine = 1
        sine = 0
    }

    /// The next sample.
    mutating func next() -> Double {
        let value = sine * amplitude
        let turned = cosine * stepCosine - sine * stepSine
        sine = sine * stepCosine + cosine * stepSine
        cosine = turned
        return value
    }

    /// Takes back the rounding errors of many turns; once a frame is plenty.
    mutating func normalize() {
        let length = (cosine * cosine + sine * sine).squareRoot()
        guard length > 0 else { return restart() }
        cosine /= length
        sine /= length
    }
}
