/// Guesses from the first words of an answered call whether a person or a machine has answered: a person says a word and
/// waits, a machine goes on.
///
/// It knows durations only, no language. A value without clock: one call is one frame of 20 ms.
public struct AnswerDetector: Hashable, Sendable {
    public struct Configuration: Hashable, Sendable {
        /// When the wait ends.
        public var timeoutMilliseconds: Int
        /// Speech of that length, short pauses included, is an announcement.
        public var promptMilliseconds: Int
        /// Whether the pause after fewer words ends the wait: somebody waits for an answer.
        public var endsWithPause: Bool

        public init(timeoutMilliseconds: Int, promptMilliseconds: Int, endsWithPause: Bool) {
            self.timeoutMilliseconds = timeoutMilliseconds
            self.promptMilliseconds = promptMilliseconds
            self.endsWithPause = endsWithPause
        }
    }

    /// Who seems to have answered.
    public enum Outcome: Hashable, Sendable {
        /// An announcement that goes on.
        case machine
        /// A few words, and a pause or the end of the time.
        case person
        /// Nothing was said within the time.
        case silence
    }

    /// Milliseconds of a frame.
    private static let frame = 20
    /// Frames after which silence no longer belongs to what was said before; with the hangover a second.
    private static let pause = 40
    private static let words = SpeechActivity.Configuration(onsetFrames: 3, hangoverFrames: 10)

    private let configuration: Configuration
    private var activity = SpeechActivity(words)
    private var framesLeft: Int
    /// Frames since the first word.
    private var length = 0
    private var quiet = 0
    private var hasHeardWords = false

    public init(_ configuration: Configuration) {
        self.configuration = configuration
        framesLeft = max(1, min(configuration.timeoutMilliseconds, 3_600_000) / Self.frame)
    }

    /// Takes a frame by its level in dBm0, −infinity for silence or none; nothing may be asked after an outcome.
    public mutating func hear(level: Double) -> Outcome? {
        framesLeft -= 1
        let isSpeaking = activity.hear(level: level)
        quiet = isSpeaking ? 0 : quiet + 1
        if isSpeaking || length > 0 { length += 1 }
        hasHeardWords = hasHeardWords || isSpeaking
        if isSpeaking, length * Self.frame >= configuration.promptMilliseconds { return .machine }
        if length > 0, quiet >= Self.pause {
            if configuration.endsWithPause { return .person }
            length = 0
        }
        guard framesLeft <= 0 else { return nil }
        return hasHeardWords ? .person : .silence
    }
}
