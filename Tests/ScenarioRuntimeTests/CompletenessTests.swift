import Testing

@testable import ScenarioRuntime

/// Every name of the VoxEngine API that scripts may speak of, beside the declarations of this platform.
struct CompletenessTests {
    @Test func whatScriptsMaySpeakOfIsThere() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                const named = {\(Self.members.map { "\"\($0)\": \"\($1)\"" }.joined(separator: ",\n"))};
                for (const [path, names] of Object.entries(named)) {
                    let place = globalThis;
                    for (const step of path.split(".").filter((step) => step !== "global")) place = place[step];
                    for (const name of names.split(" ")) {
                        if (place === undefined || !(name in place)) Logger.write(`> ${path}.${name}`);
                    }
                }
                VoxEngine.terminate();
                """, hasCaller: false)
            _ = try await show.end()
            #expect(try await show.notes() == [])
        }
    }

    @Test func theEventsHaveTheirNames() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                const tables = [AppEvents, CallEvents, PlayerEvents, SequencePlayerEvents, RecorderEvents, ConferenceEvents,
                    ASREvents, ACDEvents, SmartQueueEvents, WebSocketEvents, AMD.Events];
                const names = new Set(tables.flatMap((table) => Object.values(table)));
                for (const name of `\(Self.events)`.split(/\\s+/)) if (!names.has(name)) Logger.write("> " + name);
                VoxEngine.terminate();
                """, hasCaller: false)
            _ = try await show.end()
            #expect(try await show.notes() == [])
        }
    }

    private static let listening = "addEventListener removeEventListener"
    private static let sounding = "\(listening) id sendMediaTo stopMediaTo"

    private static let members: [(String, String)] = [
        (
            "global",
            """
            VoxEngine Net Logger Crypto PhoneNumber ApplicationStorage CallList IVR IVRState AMD VoximplantAPI OpenAI Gemini \
            ElevenLabs Ultravox Cartesia Yandex AppEvents CallEvents PlayerEvents SequencePlayerEvents RecorderEvents \
            ConferenceEvents ASREvents ACDEvents SmartQueueEvents WebSocketEvents StreamingAgentEvents Modules DTMFType \
            RecordExpireTime CallAudioQuality ConferenceMode ConferenceDirection TerminationStatus TranscriptionProvider \
            URLPlayerRequestMethod WebSocketReadyState WebSocketCloseCode WebSocketAudioEncoding VoiceList Language \
            ASRLanguage ASRProfileList ASRModelList Call Player SequencePlayer Recorder ConferenceRecorder Conference \
            Endpoint ASR ACDRequest SmartQueueTask WebSocket require setTimeout setInterval clearTimeout clearInterval \
            base64_encode base64_decode bytes2hex hex2bytes bytes2str str2bytes uuidgen getLocalTime \
            levenshtein_distance trace md5 sha1 sha256 JSession
            """
        ),
        (
            "VoxEngine",
            """
            \(listening) callPSTN callUser callUserDirect callSIP callConference callWhatsappUser createConference \
            destroyConference createURLPlayer createTTSPlayer createToneScriptPlayer createToneScript \
            createSequencePlayer createRecorder createASR createWebSocket createStreamingAgent \
            allowWebSocketConnections enableStatisticsForIncomingWebsockets disableStatisticsForIncomingWebsockets \
            enableTraceForIncomingWebsockets disableTraceForIncomingWebsockets enqueueACDRequest enqueueTask customData \
            getSecretValue sendMediaBetween stopMediaBetween easyProcess forwardCallToUser forwardCallToUserDirect \
            forwardCallToPSTN forwardCallToSIP playSoundAndHangup terminate
            """
        ),
        (
            "Call.prototype",
            """
            \(sounding) state incoming callerid displayName number customData clientType vad toString answer \
            answerDirect ring startEarlyMedia reject decline hangup say startPlayback stopPlayback playProgressTone \
            record handleTones sendDigits sendMessage sendInfo handleMicStatus handleBlindTransfer \
            notifyBlindTransferSuccess notifyBlindTransferFailed transferTo enableBeepDetection disableBeepDetection \
            reInvite acceptReInvite rejectReInvite detectProgressTone detectVoicemailTone detectVoicemailPrompt
            """
        ),
        ("Player.prototype", "\(sounding) pause resume stop addMarker"),
        ("SequencePlayer.prototype", "\(sounding) pause resume stop addMarker"),
        ("Recorder.prototype", "\(listening) id mute stop"),
        ("ConferenceRecorder.prototype", "\(listening) id mute stop setConference setPriority getPriority update"),
        ("Conference.prototype", "\(sounding) stop getList get add"),
        ("Endpoint.prototype", "id getMode getDirection getCall setDisplayName manageEndpoint"),
        ("ASR.prototype", "\(listening) id language dictionary stop"),
        ("ACDRequest.prototype", "\(listening) id getStatus cancel"),
        (
            "SmartQueueTask.prototype",
            "\(listening) id status clientCall agentCall settings terminationStatus end"
        ),
        (
            "WebSocket.prototype",
            """
            \(sounding) readyState url send close clearMediaBuffer onopen onclose onerror onmessage oncreated \
            onmediastarted onmediaended
            """
        ),
        ("IVRState.prototype", "enter"), ("IVR", "reset"),
        ("Net", "httpRequest httpRequestAsync sendMail sendMailAsync HttpRequestOptions"),
        ("Crypto", "md5 sha1 sha256 hmac_sha256"), ("PhoneNumber", "getInfo"), ("Logger", "write hideTones"),
        ("ApplicationStorage", "get put remove keys"), ("JSession", "close"),
        (
            "Modules",
            """
            ACD AI ApplicationStorage ASR Avatar Conference ElevenLabs Gemini IVR OpenAI PushService Recorder SmartQueue \
            StreamingAgent Ultravox Cartesia Yandex VoximplantAPI Player CallList
            """
        ),
        ("DTMFType", "ALL TELEPHONE_EVENT IN_BAND SIP_INFO"),
        ("RecordExpireTime", "THREEMONTHS SIXMONTHS ONEYEAR TWOYEARS THREEYEARS FIVEYEARS"),
        ("WebSocketAudioEncoding", "PCM8 PCM16 ALAW ULAW OPUS"), ("ConferenceMode", "MIX FORWARD"),
        ("ConferenceDirection", "SEND RECEIVE BOTH"),
    ]

    private static let events = """
        Application.Started Application.CallAlerting Application.HttpRequest Application.Terminating
        Application.Terminated AppEvents.NewWebSocketConnection Application.OnNewWebSocketFailed Call.Ringing
        Call.AudioStarted Call.Connected Call.Failed Call.Disconnected Call.MessageReceived Call.InfoReceived
        Call.ToneReceived Call.PlaybackReady Call.PlaybackStarted Call.PlaybackFinished Call.RecordStarted
        Call.RecordStopped Call.RecordError Call.Video.TrackCreated Call.OnHold Call.OffHold Call.ReInviteReceived
        Call.ReInviteAccepted Call.ReInviteRejected Call.StateChanged Call.MicStatusChange Call.Forwarding Call.PushSent
        Call.TransferComplete Call.TransferFailed Call.BlindTransferRequested Call.ToneDetected
        Call.BeepDetectionComplete Call.BeepDetectionError Call.AudioIdentificationStarted
        Call.AudioIdentificationResult Call.AudioIdentificationStopped Call.AudioIdentificationError
        Call.FirstAudioPacketReceived Call.FirstVideoPacketReceived Call.RtpStopped Call.RtpResumed
        Call.AudioQualityDetected Call.Statistics Call.VoicemailToneDetected Call.VoicemailToneNotDetected
        Call.VoicemailPromptDetected Call.VoicemailPromptNotDetected Player.Created Player.PlaybackReady Player.Started
        Player.Stopped Player.PlaybackFinished Player.Error Player.PlaybackMarkerReached Player.Buffering
        SequencePlayer.Created SequencePlayer.PlaybackReady SequencePlayer.Started SequencePlayer.Stopped
        SequencePlayer.PlaybackFinished SequencePlayer.Error SequencePlayer.PlaybackMarkerReached Recorder.Started
        Recorder.Stopped Recorder.Error Conference.Started Conference.Stopped Conference.EndpointAdded
        Conference.EndpointUpdated Conference.EndpointRemoved Conference.EndpointManaged Conference.Error ASR.Started
        ASR.CaptureStarted ASR.SpeechCaptured ASR.InterimResult ASR.Result ASR.Stopped ASR.Error ACD.Queued ACD.Waiting
        ACD.OperatorCallAttempt ACD.OperatorReached ACD.OperatorFailed ACD.Offline ACD.QueueFull ACD.Error
        SmartQueue.Waiting SmartQueue.EnqueueSuccess SmartQueue.DistributeTask SmartQueue.OperatorReached
        SmartQueue.ClientDisconnected SmartQueue.TaskCanceled SmartQueue.Error WebSocket.Open WebSocket.Close
        WebSocket.Message WebSocket.Error WebSocket.Created WebSocket.MediaEventStarted WebSocket.MediaEventEnded
        AMD.Events.DetectionComplete AMD.Events.DetectionError
        """
}
