import Media

/// What a leg owns besides its ``LegCore``: everything that is not touched by every packet.
final class MediaLeg {
    let id: LegID
    let port: MediaPort
    /// What the leg shall hear; nil for nothing and for a player of its own.
    var source: MediaNode?
    /// What it hears in frames; nil while packets are passed to it.
    var frameSource: (any SoundSource)?
    /// Who hears the leg in frames.
    var listeners: [MediaNode] = []
    /// Makes the frames of what the far end says, while somebody wants them.
    var ear: LegEar?
    var detectors: LegDetectors?
    let encoder = FrameEncoder()
    /// True while the far end gets the frames that a conference has encoded for all that are silent.
    var sharesFrames = false
    var player: Player?
    /// The name of what the player plays.
    var playback = PlaybackID(rawValue: 0)
    var digitSender: DigitSender?
    /// True when the digits were asked for by a command, which is answered at their end.
    var reportsDigitsSent = false
    var digitReceiver: DigitReceiver?
    /// Follows the telephone events of the leg's source, when the far end takes none and needs tones instead.
    var sourceEvents = TelephoneEventReceiver()
    /// True when those events are for signalling to send on.
    var reportsSourceDigits = false
    var recorders: [Recorder] = []
    /// Owns what the ``LegCore`` encrypts and decrypts with.
    var protection: LegProtection?
    /// What the far end last said about our stream, and the round trip that followed from it.
    var farReport: ReportBlock?
    var roundTripMilliseconds: Double?
    /// When the next RTCP report is due.
    var nextReport: UInt64 = 0

    init(id: LegID, port: MediaPort) {
        self.id = id
        self.port = port
    }
}
