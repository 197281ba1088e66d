function named(prefix, names) {
    const table = {};
    for (const name of names.split(" ")) table[name] = `${prefix}.${name}`;
    return table;
}

const AppEvents = {
    ...named("Application", "Started CallAlerting HttpRequest Terminating Terminated"),
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

const DTMFType = { ALL: 0, TELEPHONE_EVENT: 1, IN_BAND: 2, SIP_INFO: 3 };

const RecordExpireTime = {
    THREEMONTHS: "", SIXMONTHS: "-6m", ONEYEAR: "-1y", TWOYEARS: "-2y", THREEYEARS: "-3y", FIVEYEARS: "-5y",
};

const Modules = {
    ACD: "acd", AI: "ai", ApplicationStorage: "applicationstorage", ASR: "asr", Avatar: "avatar", CallList: "calllist",
    Cartesia: "cartesia", Conference: "conference", ElevenLabs: "elevenlabs", Gemini: "gemini", IVR: "ivr",
    OpenAI: "openai", Player: "player", PushService: "pushservice", Recorder: "recorder", SmartQueue: "smartqueue",
    StreamingAgent: "streamingagent", Ultravox: "ultravox", VoximplantAPI: "voximplantapi", Yandex: "yandex",
};

// The older names of voices; the value is the language that the platform speaks.
const Language = {
    RU_RUSSIAN_FEMALE: "ru-RU", RU_RUSSIAN_MALE: "ru-RU", US_ENGLISH_FEMALE: "en-US", US_ENGLISH_MALE: "en-US",
    US_ENGLISH_FEMALE2: "en-US", UK_ENGLISH_FEMALE: "en-GB", UK_ENGLISH_MALE: "en-GB", ENGLISH_UK_FEMALE: "en-GB",
    ENGLISH_UK_MALE: "en-GB", EUR_GERMAN_FEMALE: "de-DE", EUR_GERMAN_MALE: "de-DE", EUR_FRENCH_FEMALE: "fr-FR",
    EUR_FRENCH_MALE: "fr-FR", EUR_SPANISH_FEMALE: "es-ES", EUR_SPANISH_MALE: "es-ES", EUR_ITALIAN_FEMALE: "it-IT",
    EUR_ITALIAN_MALE: "it-IT", EUR_POLISH_FEMALE: "pl-PL", EUR_TURKISH_FEMALE: "tr-TR", BR_PORTUGUESE_FEMALE: "pt-BR",
};

// VoiceList.<provider>.<voice> is the voice's own name, whatever the provider: the platform speaks by language.
const VoiceList = new Proxy({}, {
    get: (_, provider) =>
        typeof provider !== "string" ? undefined
            : new Proxy({}, { get: (_, voice) => (typeof voice === "string" ? voice : undefined) }),
});

// The language of a voice: "ru_RU_Standard_A", "ru-RU" and "Language.RU_RUSSIAN_FEMALE" are all Russian.
function languageOf(voice) {
    const name = String(voice);
    const code = /^([a-z]{2})[-_]([A-Z]{2})/.exec(name);
    if (code) return `${code[1]}-${code[2]}`;
    return Language[name] || "en-US";
}

publish({ AppEvents, CallEvents, DTMFType, RecordExpireTime, Modules, Language, VoiceList });
