// What the platform does not have. A script that asks for it gets the event with which the API reports failure.
function unavailable(name) {
    throw new Error(`${name} is not available on this platform`);
}

// A unit that never works: a while after its creation it reports why.
class AbsentUnit extends MediaUnit {
    constructor(kind, origin, event, member, fields) {
        super(maker, newID(), kind, origin);
        warn(`${origin} is not available on this platform.`);
        emitLater(this, event, { id: this.id(), ...fields }, { [member]: this });
    }

    sendMediaTo() {}
    stopMediaTo() {}
}

const absentText = (what) => `${what} is not available on this platform`;

class ASR extends AbsentUnit {
    #language;

    constructor(key, parameters) {
        if (key !== maker) throw new TypeError("ASR cannot be constructed; use VoxEngine.createASR");
        super("ASR", "VoxEngine.createASR", ASREvents.ASRError, "asr", { error: absentText("speech recognition") });
        this.#language = String(parameters.profile || parameters.lang || "");
    }

    language() { return this.#language; }
    dictionary() { return []; }
    stop() {}
}

class StreamingAgent extends AbsentUnit {
    constructor(key) {
        if (key !== maker) throw new TypeError("StreamingAgent cannot be constructed; use VoxEngine.createStreamingAgent");
        super(
            "StreamingAgent", "VoxEngine.createStreamingAgent", StreamingAgentEvents.Error, "streamingAgent",
            { error: absentText("streaming") });
    }

    stop() {}
}

publish({ ASR, StreamingAgent });

// Reading a member of these says so instead of answering undefined.
const absent = (name) => new Proxy({}, { get: (_, member) => unavailable(`${name}.${String(member)}`) });
for (const name of ["CallList", "VoximplantAPI", "OpenAI", "Gemini", "ElevenLabs", "Ultravox", "Cartesia", "Yandex"]) {
    publish({ [name]: absent(name) });
}
