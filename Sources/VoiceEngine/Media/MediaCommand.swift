import CallControl

/// What the media thread is asked to do; applied in order.
enum MediaCommand: Sendable {
    case addLeg(LegID, MediaPort)
    case removeLeg(LegID)
    case setRemote(LegID, MediaRemote)
    case connect(from: LegID, to: LegID)
    case disconnect(from: LegID, to: LegID)
    case play(LegID, PlaybackID, Sound)
    case stopPlayback(LegID)
    case clear(LegID)
    case handleTones(LegID, Set<DTMFKind>)
    case sendDigits(LegID, String)
    case reportSourceDigits(LegID, Bool)
    case record(LegID, RecordingID, RecordingPlan)
    case stopRecording(LegID, RecordingID)
    case statistics(LegID, @Sendable (MediaStatistics?) -> Void)
    case loopStatistics(@Sendable (MediaLoopStatistics) -> Void)
    case stop
}
