/// What a recording holds and where it goes.
struct RecordingPlan: Sendable {
    enum Content: Sendable {
        /// Both directions in one channel.
        case mix
        /// What the far end hears on the left, what it says on the right.
        case stereo
        /// Only what the far end says.
        case received
    }
    enum Format: Sendable {
        case mp3
        case wav
    }

    var path: String
    var content: Content
    var format: Format

    var channels: Int { content == .stereo ? 2 : 1 }
}
