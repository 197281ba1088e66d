/// Tells speech from the noise of a line by its level, frame by frame.
///
/// The noise floor follows quiet frames quickly and louder ones slowly. A value without clock: one call is one frame of 20 ms.
public struct SpeechActivity: Hashable, Sendable {
    /// How quickly it decides.
    public struct Configuration: Hashable, Sendable {
        /// Loud frames in a row after which somebody speaks.
        public var onsetFrames: Int
        /// Quiet frames in a row after which nobody does.
        public var hangoverFrames: Int

        public init(onsetFrames: Int, hangoverFrames: Int) {
            self.onsetFrames = max(1, onsetFrames)
            self.hangoverFrames = max(1, hangoverFrames)
        }

        /// For a report: single clicks do not count, pauses between words do not either.
        public static let report = Configuration(onsetFrames: 3, hangoverFrames: 35)
        /// For a gate that sound goes through: open with the first frame, open over the ends of words.
        public static let gate = Configuration(onsetFrames: 1, hangoverFrames: 20)
    }

    /// Speech is at least this much above the floor, in dB.
    private static let margin = 9.0
    /// The floor lies between these, in dBm0: anything above −35 is heard, anything below −56 is not.
    private static let floors = -65.0 ... -44.0
    /// What the floor rises by in a frame: 5 dB in a second.
    private static let rise = 0.1

    private let configuration: Configuration
    private var floor = -60.0
    private var loud = 0
    private var quiet = 0
    /// True while somebody speaks.
    public private(set) var isSpeaking = false

    public init(_ configuration: Configuration) { self.configuration = configuration }

    /// Takes a frame by its level in dBm0, −infinity for silence or none.
    /// - Returns: whether somebody speaks.
    @discardableResult
    public mutating func hear(level: Double) -> Bool {
        let isLoud = level >= floor + Self.margin
        let next = level < floor ? floor + max(-1, (level - floor) * 0.3) : floor + min(Self.rise, level - floor)
        floor = max(Self.floors.lowerBound, min(next, Self.floors.upperBound))
        loud = isLoud ? loud + 1 : 0
        quiet = isLoud ? 0 : quiet + 1
        if isSpeaking {
            isSpeaking = quiet < configuration.hangoverFrames
        } else {
            isSpeaking = loud >= configuration.onsetFrames
        }
        return isSpeaking
    }
}
