/// What happened to a unit that is no leg.
public enum UnitEvent: Sendable, Equatable {
    /// The player's sound is there.
    case playerReady
    /// Milliseconds of one round; 0 for a sound without end.
    case playerStarted(durationMilliseconds: Int)
    /// Natural end, or the reason why nothing could be played; the player is gone.
    case playerFinished(error: String?)
    case playerStopped
    case markerReached(milliseconds: Int, segment: Int?)

    case recorderStarted(url: String)
    case recorderStopped(url: String, durationSeconds: Int)
    case recorderFailed(error: String)

    case conferenceStarted
    case conferenceStopped
    /// A unit is heard in the conference, or hears it, for the first time.
    case endpointAdded(UnitID)
    case endpointRemoved(UnitID)
    /// A conference takes no more than 100 endpoints.
    case conferenceFailed(error: String, code: Int)

    /// 20 ms of what a stream out of the engine hears.
    case streamFrame([UInt8])
    /// A stream into the engine has played all that it was fed, a second ago or for good: milliseconds of sound.
    case streamSilent(milliseconds: Int)
}
