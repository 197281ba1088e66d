import Media

/// What is played: stretches one after the other without a gap.
struct Sound: Sendable {
    /// One stretch.
    enum Segment: Sendable {
        case clip(PCMClip)
        case tone(ToneScript)

        /// In samples of 8 kHz; nil for a tone without end.
        var length: Int? {
            switch self {
            case .clip(let clip): clip.samples.count
            case .tone(let script): if case .samples(let count) = script.length { count } else { nil }
            }
        }
    }

    var segments: [Segment]
    /// Whether the first stretch follows the last.
    var loops: Bool

    static func clip(_ clip: PCMClip, loops: Bool) -> Sound { Sound(segments: [.clip(clip)], loops: loops) }

    static func tone(_ script: ToneScript, loops: Bool) -> Sound { Sound(segments: [.tone(script)], loops: loops) }

    /// Samples of one round; nil when a stretch has no end.
    var length: Int? {
        var sum = 0
        for segment in segments {
            guard let length = segment.length else { return nil }
            sum += length
        }
        return sum
    }

    /// One round in milliseconds; 0 for a sound without end.
    var durationMilliseconds: Int { (length ?? 0) / 8 }
}

/// A place in a sound whose passing is reported.
public struct SoundMarker: Hashable, Sendable {
    /// From the start of the sound or segment; from its end when negative.
    public var milliseconds: Int
    /// Counted from 0; nil for the whole sound.
    public var segment: Int?

    public init(milliseconds: Int, segment: Int? = nil) {
        self.milliseconds = milliseconds
        self.segment = segment
    }

    /// The sample of a round before which the marker lies; nil where the sound has no such place.
    func place(in sound: Sound) -> Int? {
        let (offset, overflow) = milliseconds.multipliedReportingOverflow(by: 8)
        guard !overflow else { return nil }
        guard let segment else { return Self.place(offset, length: sound.length) }
        guard sound.segments.indices.contains(segment),
            let start = Sound(segments: Array(sound.segments[..<segment]), loops: false).length,
            let place = Self.place(offset, length: sound.segments[segment].length)
        else { return nil }
        return start + place
    }

    private static func place(_ offset: Int, length: Int?) -> Int? {
        guard let length else { return offset < 0 ? nil : offset }
        let place = offset < 0 ? length + offset : offset
        return (0...length).contains(place) ? place : nil
    }
}
