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

const CallAudioQuality = { HD: "HD", STANDARD: "Standard" };
const ConferenceMode = { FORWARD: "FORWARD", MIX: "MIX" };
const ConferenceDirection = { SEND: "SEND", RECEIVE: "RECEIVE", BOTH: "BOTH" };
const TranscriptionProvider = { GOOGLE: "google", YANDEX: "yandex", TCS: "tcs" };
const URLPlayerRequestMethod = { GET: "GET", POST: "POST", PUT: "PUT", PATCH: "PATCH", HEAD: "HEAD", DELETE: "DELETE" };
const WebSocketReadyState = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };
const WebSocketAudioEncoding = { ALAW: "ALAW", OPUS: "OPUS", PCM16: "PCM16", PCM8: "PCM8", ULAW: "ULAW",
    PCM16_8KHZ: "PCM8", PCM16_16KHZ: "PCM16" };
// RFC 6455, section 7.4.1.
const WebSocketCloseCode = {
    CLOSE_NORMAL: 1000, CLOSE_GOING_AWAY: 1001, CLOSE_PROTOCOL_ERROR: 1002, CLOSE_UNSUPPORTED: 1003,
    CLOSED_NO_STATUS: 1005, CLOSE_ABNORMAL: 1006, UNSUPPORTED_PAYLOAD: 1007, POLICY_VIOLATION: 1008,
    CLOSE_TOO_LARGE: 1009, MANDATORY_EXTENSION: 1010, SERVER_ERROR: 1011, SERVICE_RESTART: 1012, TRY_AGAIN_LATER: 1013,
    BAD_GATEWAY: 1014, TLS_HANDSHAKE_FAIL: 1015,
};

// The languages of the older names of voices.
const languages = {
    RU_RUSSIAN_FEMALE: "ru-RU", RU_RUSSIAN_MALE: "ru-RU", US_ENGLISH_FEMALE: "en-US", US_ENGLISH_MALE: "en-US",
    US_ENGLISH_FEMALE2: "en-US", UK_ENGLISH_FEMALE: "en-GB", UK_ENGLISH_MALE: "en-GB", ENGLISH_UK_FEMALE: "en-GB",
    ENGLISH_UK_MALE: "en-GB", EUR_GERMAN_FEMALE: "de-DE", EUR_GERMAN_MALE: "de-DE", EUR_FRENCH_FEMALE: "fr-FR",
    EUR_FRENCH_MALE: "fr-FR", EUR_SPANISH_FEMALE: "es-ES", EUR_SPANISH_MALE: "es-ES", EUR_ITALIAN_FEMALE: "it-IT",
    EUR_ITALIAN_MALE: "it-IT", EUR_POLISH_FEMALE: "pl-PL", EUR_TURKISH_FEMALE: "tr-TR", BR_PORTUGUESE_FEMALE: "pt-BR",
};
const Language = Object.fromEntries(Object.keys(languages).map((name) => [name, name]));

// <list>.<provider>.<name> is the name itself, whatever the provider: whoever speaks takes what he knows of it.
const anyName = () => new Proxy({}, {
    get: (_, provider) =>
        typeof provider !== "string" ? undefined
            : new Proxy({}, { get: (_, name) => (typeof name === "string" ? name : undefined) }),
});
const VoiceList = anyName();
const ASRProfileList = anyName();
const ASRModelList = anyName();
const ASRLanguage = new Proxy({}, { get: (_, name) => (typeof name === "string" ? name : undefined) });
// How a task of a queue ends; the platform has no queues, so any name is itself.
const TerminationStatus = ASRLanguage;

// The language of a voice: "ru_RU_Standard_A", "ru-RU", "ru" and "Language.RU_RUSSIAN_FEMALE" are all Russian.
function languageOf(voice) {
    if (Object.hasOwn(languages, voice)) return languages[voice];
    const code = /^([a-z]{2,3})(?:[-_]([A-Z]{2}|419))?(?![A-Za-z0-9])/.exec(voice);
    if (!code) return "en-US";
    return code[2] ? `${code[1]}-${code[2]}` : code[1];
}

publish({
    LimitError, DTMFType, RecordExpireTime, Modules, CallAudioQuality, ConferenceMode, ConferenceDirection, TranscriptionProvider,
    URLPlayerRequestMethod, WebSocketReadyState, WebSocketAudioEncoding, WebSocketCloseCode, Language, VoiceList,
    ASRLanguage, ASRProfileList, ASRModelList, TerminationStatus,
});
