/// Waits for the beep of an answering machine: one steady tone of 100 ms to 3 s.
///
/// It is reported at its end, when a message can begin. A value without clock: a call is a frame of 20 ms.
public struct BeepDetector: Hashable, Sendable {
    /// How the wait has ended.
    public enum Outcome: Hashable, Sendable {
        /// A beep of about that frequency, in hertz.
        case heard(frequency: Int)
        /// The time was over.
        case missed
    }

    /// Frequencies that can be waited for, in hertz.
    public static let frequencies = 200...3800
    /// Where beeps are looked for when no frequency is given: above the tones of call progress.
    private static let usual = stride(from: 520, through: 2200, by: 20)
    private static let frames = 5...150
    private static let audible = -35.0
    private static let purity = 0.75
    /// How far a tone may wander, in hertz.
    private static let wander = 40

    private let meters: [Goertzel]
    private var framesLeft: Int
    private var run = 0
    private var frequency = 0

    /// - Parameters:
    ///   - frequencies: in hertz; empty for any that answering machines use. Those that cannot be heard are left out.
    public init(frequencies: [Int], timeoutMilliseconds: Int) {
        let wanted = frequencies.filter { Self.frequencies.contains($0) }.prefix(16)
        let places = wanted.isEmpty ? Array(Self.usual) : wanted.flatMap { [$0 - 24, $0 - 12, $0, $0 + 12, $0 + 24] }
        meters = places.map { Goertzel(frequency: Double($0)) }
        framesLeft = max(1, min(timeoutMilliseconds, 3_600_000) / 20)
    }

    /// Takes a frame of 8 kHz, nil for one without sound; nothing may be asked after an outcome.
    public mutating func hear(_ frame: UnsafeBufferPointer<Int16>?) -> Outcome? {
        framesLeft -= 1
        if let found = frame.flatMap({ tone(in: $0) }), run == 0 || abs(found - frequency) <= Self.wander {
            if run == 0 { frequency = found }
            run += 1
        } else {
            defer { run = 0 }
            if Self.frames.contains(run) { return .heard(frequency: frequency) }
        }
        return framesLeft <= 0 ? .missed : nil
    }

    /// The frequency that a frame consists of, in hertz.
    private func tone(in sound: UnsafeBufferPointer<Int16>) -> Int? {
        let level = Level.dBm0(of: sound)
        guard level > Self.audible else { return nil }
        var best = (amplitude: 0.0, frequency: 0.0)
        for meter in meters {
            let amplitude = meter.amplitude(in: sound)
            if amplitude > best.amplitude { best = (amplitude, meter.frequency) }
        }
        let whole = Level.amplitude(dBm0: level)
        return best.amplitude * best.amplitude >= Self.purity * whole * whole ? Int(best.frequency) : nil
    }
}
