import CallControl
import Media

/// What the media loop reports; called from the media thread, recording results from the recording queue.
public enum MediaEvent: Sendable, Equatable {
    /// The first valid packet of the leg's far end arrived; once a leg.
    case firstPacket(LegID)
    /// Nothing valid arrived for the configured time although the far end may send.
    case rtpStopped(LegID)
    case rtpResumed(LegID)
    /// The duration is that of one round in milliseconds, 0 for a sound without end.
    case playbackStarted(LegID, PlaybackID, durationMilliseconds: Int)
    /// The sound came to its natural end; not sent after a stop or a replacement.
    case playbackFinished(LegID, PlaybackID)
    /// One key press, `0`…`9`, `*`, `#`, `A`…`D`.
    case digit(LegID, Character, DTMFKind)
    /// A telephone event of the leg's source that its own far end takes no events for; only while that is asked for.
    case sourceDigit(LegID, Character)
    /// The far end begins or ends to speak.
    case speaking(LegID, Bool)
    /// A call progress tone was heard.
    case progressTone(LegID)
    /// A beep of that frequency in hertz was heard; nil when the time for it was over.
    case beep(LegID, Int?)
    /// Who seems to have answered, by his first words.
    case answer(LegID, AnswerDetector.Outcome)
    /// The last digit of ``MediaLoop/sendDigits(_:_:)`` is out.
    case digitsSent(LegID)
    /// The file exists and grows.
    case recordStarted(LegID, RecordingID)
    /// The file is complete and closed.
    case recordStopped(LegID, RecordingID, durationMilliseconds: Int)
    /// The file could not be made or written; nothing more is recorded, the text says why.
    case recordFailed(LegID, RecordingID, String)
    /// A player's first frame; the duration is that of one round in milliseconds, 0 for a sound without end.
    case playerStarted(MediaUnitID, durationMilliseconds: Int)
    /// The sound came to its natural end, and the player is gone.
    case playerFinished(MediaUnitID)
    /// A player has passed a marker.
    case markerReached(MediaUnitID, SoundMarker)
    /// A recorder's file exists and grows; is complete and closed; could not be made or written.
    case recorderStarted(MediaUnitID)
    case recorderStopped(MediaUnitID, durationMilliseconds: Int)
    case recorderFailed(MediaUnitID, String)
    /// The leg is gone; its last figures.
    case legRemoved(LegID, MediaStatistics)
}
