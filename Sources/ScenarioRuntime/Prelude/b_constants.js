function named(prefix, names) {
    const table = {};
    for (const name of names.split(" ")) table[name] = `${prefix}.${name}`;
    return table;
}

const AppEvents = {
    ...named("Application", "Started CallAlerting HttpRequest LimitReached Terminating Terminated"),
    WebSocket: "AppEvents.NewWebSocketConnection",
    NewWebSocketFailed: "Application.OnNewWebSocketFailed",
};

const CallEvents = {
    ...named(
        "Call",
        "Ringing AudioStarted Connected Failed Disconnected MessageReceived InfoReceived ToneReceived PlaybackReady " +
            "PlaybackStarted PlaybackFinished RecordStarted RecordStopped RecordError OnHold OffHold Replaced " +
            "ReInviteReceived ReInviteAccepted ReInviteRejected StateChanged MicStatusChange Forwarding PushSent " +
            "TransferComplete TransferFailed BlindTransferRequested ToneDetected BeepDetectionComplete BeepDetectionError " +
            "AudioIdentificationStarted AudioIdentificationResult AudioIdentificationStopped AudioIdentificationError " +
            "FirstAudioPacketReceived FirstVideoPacketReceived RtpStopped RtpResumed AudioQualityDetected Statistics " +
            "VoicemailToneDetected VoicemailToneNotDetected VoicemailPromptDetected VoicemailPromptNotDetected"
    ),
    VideoTrackCreated: "Call.Video.TrackCreated",
};

const PlayerEvents = {
    ...named("Player", "Created PlaybackReady Started Stopped PlaybackFinished Error PlaybackMarkerReached"),
    PlaybackBuffering: "Player.Buffering",
};
const SequencePlayerEvents = named(
    "SequencePlayer", "Created PlaybackReady Started Stopped PlaybackFinished Error PlaybackMarkerReached");
const RecorderEvents = { ...named("Recorder", "Started Stopped"), RecorderError: "Recorder.Error" };
const ConferenceEvents = {
    ...named("Conference", "Started Stopped EndpointAdded EndpointUpdated EndpointRemoved EndpointManaged"),
    ConferenceError: "Conference.Error",
};
const ASREvents = {
    ...named("ASR", "Started CaptureStarted SpeechCaptured InterimResult Result Stopped"), ASRError: "ASR.Error",
};
const ACDEvents = named(
    "ACD", "Queued Waiting OperatorCallAttempt OperatorReached OperatorFailed Offline QueueFull Error");
const SmartQueueEvents = {
    ...named("SmartQueue", "Waiting EnqueueSuccess OperatorReached ClientDisconnected TaskCanceled Error"),
    TaskDistributed: "SmartQueue.DistributeTask",
};
const WebSocketEvents = {
    OPEN: "WebSocket.Open", CLOSE: "WebSocket.Close", MESSAGE: "WebSocket.Message", ERROR: "WebSocket.Error",
    CREATED: "WebSocket.Created", MEDIA_STARTED: "WebSocket.MediaEventStarted", MEDIA_ENDED: "WebSocket.MediaEventEnded",
};
const StreamingAgentEvents = named("StreamingAgent", "Started Stopped Connected Error");
const AMDEvents = named("AMD.Events", "DetectionComplete DetectionError");

const eventNames = new Set(
    [
        AppEvents, CallEvents, PlayerEvents, SequencePlayerEvents, RecorderEvents, ConferenceEvents, ASREvents, ACDEvents,
        SmartQueueEvents, WebSocketEvents, StreamingAgentEvents, AMDEvents,
    ].flatMap((table) => Object.values(table)));

publish({
    AppEvents, CallEvents, PlayerEvents, SequencePlayerEvents, RecorderEvents, ConferenceEvents, ASREvents, ACDEvents,
    SmartQueueEvents, WebSocketEvents, StreamingAgentEvents,
});
