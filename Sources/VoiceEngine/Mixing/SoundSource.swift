/// Something that is heard in frames: what a leg's far end says, a player, a conference.
///
/// Lives on the media thread.
protocol SoundSource: AnyObject {
    /// The 20 ms of the present tick for a listener; nil when there is nothing to hear. Valid until the next call or tick.
    func sound(for listener: MediaNode) -> SoundFrame?
}

/// A unit that is heard, and knows by whom.
protocol HeardUnit: SoundSource {
    var listeners: [MediaNode] { get set }
}
