import CallControl

/// What the media thread is asked to do; applied in order.
enum MediaCommand: Sendable {
    case addLeg(LegID, MediaPort)
    case removeLeg(LegID)
    case setRemote(LegID, MediaRemote)
    case connect(from: MediaNode, to: MediaNode)
    case disconnect(from: MediaNode, to: MediaNode)
    case addUnit(MediaUnitID, MediaUnitPlan)
    case removeUnit(MediaUnitID)
    case setSound(MediaUnitID, Sound)
    case pause(MediaUnitID, Bool)
    case mark(MediaUnitID, SoundMarker)
    case mute(MediaUnitID, Bool)
    case play(LegID, PlaybackID, Sound)
    case stopPlayback(LegID)
    case clear(LegID)
    case handleTones(LegID, Set<DTMFKind>)
    case detect(LegID, SoundDetection, Bool)
    case sendDigits(LegID, String)
    case reportSourceDigits(LegID, Bool)
    case record(LegID, RecordingID, RecordingPlan)
    case stopRecording(LegID, RecordingID)
    case statistics(LegID, @Sendable (MediaStatistics?) -> Void)
    case loopStatistics(@Sendable (MediaLoopStatistics) -> Void)
    case stop
}
