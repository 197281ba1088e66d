/// A tone as telephone adapters describe it: `440@-19,480@-19;*(2/4/1+2)`.
///
/// Frequencies with levels, then sections: a length in seconds and segments of `on/off/mix`, repeated until the length is
/// over. `*` is without end. Durations are kept in samples of 8 kHz.
public struct ToneScript: Hashable, Sendable {
    /// A sine.
    public struct Component: Hashable, Sendable {
        /// Hz, above 0 and below 4000.
        public var frequency: Double
        /// dBm0, −99…3.
        public var level: Double
    }

    /// A time, or no end.
    public enum Length: Hashable, Sendable {
        case samples(Int)
        case endless
    }

    /// Sound and the silence after it.
    public struct Segment: Hashable, Sendable {
        /// How long it sounds.
        public var on: Length
        /// Silence afterwards.
        public var off: Length
        /// Positions in ``ToneScript/components``, counted from 0; empty for silence.
        public var mix: [Int]
    }

    /// Segments in turn until the length is over.
    public struct Section: Hashable, Sendable {
        /// How long the segments repeat.
        public var length: Length
        /// Played in turn.
        public var segments: [Segment]
    }

    /// Hz.
    public static let sampleRate = 8000

    /// The frequencies that segments choose from.
    public let components: [Component]
    /// Played one after the other.
    public let sections: [Section]

    init(components: [Component], sections: [Section]) {
        self.components = components
        self.sections = sections
    }

    /// The sum of the sections' lengths.
    public var length: Length {
        var total = 0
        for section in sections {
            guard case .samples(let count) = section.length else { return .endless }
            total += count
        }
        return .samples(total)
    }

    /// The length in milliseconds; nil without end.
    public var durationMilliseconds: Int? {
        guard case .samples(let count) = length else { return nil }
        return count * 1000 / Self.sampleRate
    }
}
