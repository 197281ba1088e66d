import CallControl

/// The tone that a far end hears when its money is nearly gone, and what it heard before.
///
/// A value. The script knows nothing of the tone: its events are kept from it, and what the leg heard is linked again
/// afterwards. A leg into which the script plays something is not disturbed.
struct WarningTones: Sendable {
    /// Two beeps.
    static let script = "1400@-16;1(.2/.3/1)"

    private var hears: [CallID: UnitID] = [:]
    private var playing: Set<CallID> = []
    private var warned: Set<CallID> = []

    /// Follows what the script asks for.
    ///
    /// - Returns: What must be done after it.
    mutating func note(_ command: CallCommand) -> CallCommand? {
        switch command {
        case .play(let leg, _, _), .playTone(let leg, _, _), .say(let leg, _):
            playing.insert(leg)
            hears[leg] = nil
            warned.remove(leg)
        case .stopPlayback(let leg):
            playing.remove(leg)
            if warned.remove(leg) != nil { return link(leg) }
        case .sendMedia(let from, let leg):
            playing.remove(leg.call)
            warned.remove(leg.call)
            hears[leg.call] = from
        case .stopMedia(let from, let leg) where hears[leg.call] == from: hears[leg.call] = nil
        default: break
        }
        return nil
    }

    /// What plays the tone; nil for a leg that must not be disturbed.
    mutating func begin(_ leg: CallID) -> CallCommand? {
        guard !playing.contains(leg) else { return nil }
        warned.insert(leg)
        return .playTone(leg, script: Self.script, loop: false)
    }

    /// Follows what happens to legs.
    ///
    /// - Returns: Whether the event is the tone's, and what must be done then.
    mutating func takes(_ event: CallEvent) -> (isOurs: Bool, next: CallCommand?) {
        switch event {
        case .playbackStarted(let leg, _): return (warned.contains(leg), nil)
        case .playbackFinished(let leg, _):
            if warned.remove(leg) != nil { return (true, link(leg)) }
            playing.remove(leg)
        case .disconnected(let leg, _), .failed(let leg, _, _, _):
            playing.remove(leg)
            warned.remove(leg)
            hears[leg] = nil
        default: break
        }
        return (false, nil)
    }

    private func link(_ leg: CallID) -> CallCommand? { hears[leg].map { .sendMedia(from: $0, to: UnitID(leg)) } }
}
