/// Plays a tone script, sample by sample.
///
/// The phase runs on inside a segment and over segments that join without a gap; where sound meets silence or another mix, a
/// ramp of 3 ms keeps clicks out. The times are exact: ramps lie inside the sound.
public struct ToneGenerator: Sendable {
    /// Samples of a ramp.
    static let ramp = 24

    /// What is played.
    public let script: ToneScript
    /// Whether the first section follows the last.
    public let loops: Bool
    private var oscillators: [Oscillator]
    private var section = 0
    /// Samples of the section that are over.
    private var sectionPosition = 0
    private var segment = 0
    /// Samples of the segment, sound and silence, that are over.
    private var segmentPosition = 0
    /// True when the present sound continues the one before without a gap.
    private var joinsPrevious = false
    /// True once the script is over; only silence comes then.
    public private(set) var isFinished = false

    /// A generator at the start of the script.
    public init(_ script: ToneScript, loops: Bool = false) {
        self.script = script
        self.loops = loops
        oscillators = script.components.map {
            Oscillator(
                frequency: $0.frequency, amplitude: Level.amplitude(dBm0: $0.level), sampleRate: ToneScript.sampleRate)
        }
    }

    /// Fills the stretch; what lies behind the end of the script becomes silence.
    /// - Returns: the number of samples that belong to the script, less than the count at its end.
    @discardableResult
    public mutating func fill(_ samples: UnsafeMutableBufferPointer<Int16>) -> Int {
        var offset = 0
        while offset < samples.count, !isFinished {
            offset += step(UnsafeMutableBufferPointer(rebasing: samples[offset...]))
        }
        for index in oscillators.indices { oscillators[index].normalize() }
        UnsafeMutableBufferPointer(rebasing: samples[offset...]).update(repeating: 0)
        return offset
    }

    /// Plays up to the next border; 0 samples when only the position moved on.
    private mutating func step(_ samples: UnsafeMutableBufferPointer<Int16>) -> Int {
        let present = script.sections[section]
        let sectionLeft = Self.left(present.length, sectionPosition)
        guard sectionLeft > 0 else {
            nextSection()
            return 0
        }
        let sound = present.segments[segment]
        let onLeft = min(Self.left(sound.on, segmentPosition), sectionLeft)
        let count: Int
        if onLeft > 0 {
            count = min(samples.count, onLeft)
            play(sound, in: present, left: onLeft, into: UnsafeMutableBufferPointer(rebasing: samples[..<count]))
        } else {
            let silenceLeft = Self.left(sound.off, segmentPosition - Self.samples(sound.on))
            guard silenceLeft > 0 else {
                nextSegment(after: sound, in: present)
                return 0
            }
            count = min(samples.count, silenceLeft, sectionLeft)
            UnsafeMutableBufferPointer(rebasing: samples[..<count]).update(repeating: 0)
        }
        advance(count, in: present)
        return count
    }

    private mutating func play(
        _ sound: ToneScript.Segment, in section: ToneScript.Section, left: Int,
        into samples: UnsafeMutableBufferPointer<Int16>
    ) {
        let joinsNext =
            left == Int.max || (left < Self.left(section.length, sectionPosition) && joins(sound, in: section))
        let start = joinsPrevious ? Self.ramp : segmentPosition
        for index in samples.indices {
            var value = 0.0
            for component in sound.mix { value += oscillators[component].next() }
            let before = min(start &+ index, Self.ramp)
            let after = joinsNext ? Self.ramp : min(left - 1 - index, Self.ramp)
            if min(before, after) < Self.ramp { value *= Double(min(before, after)) / Double(Self.ramp) }
            samples[index] = Int16(max(-32_768, min(32_767, value.rounded())))
        }
    }

    /// True when the segment that follows sounds the same without a gap.
    private func joins(_ sound: ToneScript.Segment, in section: ToneScript.Section) -> Bool {
        let following = section.segments[(segment + 1) % section.segments.count]
        return sound.off == .samples(0) && following.mix == sound.mix && following.on != .samples(0)
    }

    /// Positions of endless parts stand still, so that nothing overflows in a call of years.
    private mutating func advance(_ count: Int, in section: ToneScript.Section) {
        if section.length != .endless { sectionPosition += count }
        let sound = section.segments[segment]
        let inSound = Self.left(sound.on, segmentPosition) > 0
        if inSound, sound.on == .endless {
            segmentPosition = min(segmentPosition + count, Self.ramp)
        } else if inSound || sound.off != .endless {
            segmentPosition += count
        }
    }

    private mutating func nextSegment(after sound: ToneScript.Segment, in section: ToneScript.Section) {
        joinsPrevious = joins(sound, in: section)
        if !joinsPrevious { restartOscillators() }
        segment = (segment + 1) % section.segments.count
        segmentPosition = 0
    }

    private mutating func nextSection() {
        section += 1
        sectionPosition = 0
        segment = 0
        segmentPosition = 0
        joinsPrevious = false
        restartOscillators()
        guard section == script.sections.count else { return }
        section = 0
        isFinished = !loops
    }

    private mutating func restartOscillators() {
        for index in oscillators.indices { oscillators[index].restart() }
    }

    private static func samples(_ length: ToneScript.Length) -> Int {
        if case .samples(let count) = length { return count }
        return 0
    }

    private static func left(_ length: ToneScript.Length, _ position: Int) -> Int {
        if case .samples(let count) = length { return max(0, count - position) }
        return Int.max
    }
}
