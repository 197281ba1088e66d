import Media

/// What a leg owns besides its ``LegCore``: everything that is not touched by every packet.
final class MediaLeg {
    let id: LegID
    let port: MediaPort
    var player: Player?
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
