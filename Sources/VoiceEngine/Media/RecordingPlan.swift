import Media

/// What a recording holds and where it goes.
struct RecordingPlan: Sendable {
    enum Content: Sendable {
        /// Everything in one channel: both directions of a leg, or all sources of a recorder.
        case mix
        /// What the far end hears on the left, what it says on the right.
        case stereo
        /// Only what the far end says.
        case received
    }
    enum Format: Sendable {
        case mp3
        case wav
        case flac
    }

    var path: String
    var content: Content
    var format: Format
    var quality: RecordingQuality

    var channels: Int { content == .stereo ? 2 : 1 }
    /// The rate at which the sound is taken.
    var rate: SoundRate { quality == .telephone ? .narrow : .wide }
}

/// How much of the sound a recording keeps.
public enum RecordingQuality: Sendable {
    /// mp3 of 8 kHz and 32 kbit/s.
    case telephone
    /// mp3 of 48 kHz and 192 kbit/s, of sound that is taken at 16 kHz.
    case high
    /// flac of 16 kHz: nothing of what any codec carries is lost.
    case lossless
}

extension RecordingQuality {
    /// The kind of file that holds it.
    var format: RecordingPlan.Format { self == .lossless ? .flac : .mp3 }
}
