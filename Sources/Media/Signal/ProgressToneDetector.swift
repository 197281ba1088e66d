/// Hears from the rhythm of its tones how a call is getting on: ringback, busy, congestion (ITU-T E.180 and its supplement 2).
///
/// Knows 425 Hz (most of Europe), 440 + 480 and 480 + 620 Hz (North America), 400 + 450 Hz (United Kingdom). One tone alone
/// proves nothing: two short bursts do, or one long burst and the pause after it. A value without clock: a call is a frame.
public struct ProgressToneDetector: Hashable, Sendable {
    /// 50 ms, so that tones 20 Hz apart do not leak into each other.
    private static let blockLength = 400
    private static let chords: [[Double]] = [[425], [440, 480], [480, 620], [400, 450]]
    /// The share of a block's power that the tones must have.
    private static let purity = 0.8
    /// In dBm0: what is below is a pause.
    private static let audible = -40.0
    /// In blocks: a burst or gap of busy and congestion; a burst of ringback; the part of its pause that is enough.
    private static let short = 3...13
    private static let long = 14...50
    private static let longPause = 30

    private enum Heard { case tone, pause, other }

    private let meters = chords.map { $0.map { Goertzel(frequency: $0) } }
    private var block: [Int16] = []
    private var burst = 0
    private var pause = 0
    private var shortBursts = 0
    private var others = 0

    public init() { block.reserveCapacity(2 * Self.blockLength) }

    /// Takes a frame of 8 kHz, nil for one without sound.
    /// - Returns: true when a rhythm is complete.
    public mutating func hear(_ frame: UnsafeBufferPointer<Int16>?) -> Bool {
        if let frame { block.append(contentsOf: frame) } else { block.append(contentsOf: repeatElement(0, count: 160)) }
        var isFound = false
        while block.count >= Self.blockLength {
            let heard = block.withUnsafeBufferPointer {
                classify(UnsafeBufferPointer(rebasing: $0[..<Self.blockLength]))
            }
            block.removeFirst(Self.blockLength)
            isFound = follow(heard) || isFound
        }
        return isFound
    }

    private func classify(_ sound: UnsafeBufferPointer<Int16>) -> Heard {
        let level = Level.dBm0(of: sound)
        guard level > Self.audible else { return .pause }
        let whole = Level.amplitude(dBm0: level)
        let isTone = meters.contains { chord in
            let power = chord.reduce(0) { $0 + $1.amplitude(in: sound) * $1.amplitude(in: sound) }
            return power >= Self.purity * whole * whole
        }
        return isTone ? .tone : .other
    }

    private mutating func follow(_ heard: Heard) -> Bool {
        switch heard {
        case .tone:
            if pause > 0 {
                if !Self.short.contains(pause) { shortBursts = 0 }
                burst = 0
                pause = 0
            }
            burst += 1
            others = 0
        case .pause:
            if pause == 0, burst > 0 { shortBursts = Self.short.contains(burst) ? shortBursts + 1 : 0 }
            pause += 1
            others = 0
        case .other:
            // One block holds the edge of a burst; more are speech or music.
            others += 1
            if others > 1 { (burst, pause, shortBursts) = (0, 0, 0) }
        }
        if shortBursts >= 2, pause >= Self.short.lowerBound { return true }
        return pause >= Self.longPause && Self.long.contains(burst)
    }
}
