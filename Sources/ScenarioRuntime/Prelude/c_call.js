const calls = new Map();
const progressTones = { US: "440@-19,480@-19;*(2/4/1+2)", RU: "425@-19;5(1/4/1)" };

// Only the platform's code makes calls.
const maker = Symbol("maker");

class Call extends Emitter {
    #facts;

    constructor(key, facts) {
        if (key !== maker) throw new TypeError("Call cannot be constructed; use VoxEngine.callUser or VoxEngine.callSIP");
        super();
        this.#facts = facts;
        calls.set(facts.id, this);
    }

    static facts(call, method) {
        if (call === null || typeof call !== "object" || !(#facts in call)) {
            throw new TypeError(`${method}: a Call is needed, ${show(call)} was given; only calls carry media in this version`);
        }
        return call.#facts;
    }

    id() { return this.#facts.id; }
    state() { return this.#facts.state; }
    incoming() { return this.#facts.incoming; }
    callerid() { return this.#facts.callerid; }
    displayName() { return this.#facts.displayName; }
    number() { return this.#facts.number; }
    clientType() { return this.#facts.clientType; }
    headers() { return { ...this.#facts.headers }; }
    toString() { return `Call(${this.#facts.id}, ${this.#facts.state})`; }

    customData(value) {
        if (value !== undefined) this.#facts.customData = String(value);
        return this.#facts.customData;
    }

    ring(headers) { send("Ring", this.#facts.id, headerFields(headers)); }

    startEarlyMedia(headers) {
        if (this.#facts.state === "ALERTING") this.#facts.state = "PROGRESSING";
        send("StartAudio", this.#facts.id, headerFields(headers));
    }

    answer(headers) { send("AcceptCall", this.#facts.id, headerFields(headers)); }

    // reject(code, headers) and the older decline(code?, headers?).
    reject(code, headers) { this.#end("reject", code, headers); }
    decline(code, headers) { this.#end("decline", code, headers); }
    hangup(headers) { send("HangupCall", this.#facts.id, 603, headerFields(headers)); }

    #end(method, code, headers) {
        const status = code === undefined || code === null ? 603 : Number(code);
        if (!Number.isInteger(status) || status < 300 || status > 699) {
            throw new RangeError(`${method}: the code must be 300 to 699, ${String(code)} was given`);
        }
        send("HangupCall", this.#facts.id, status, headerFields(headers));
    }

    // say(text, Language.X, ttsOptions) and say(text, {voice, ...}).
    say(text, voice) {
        const name = isDictionary(voice) ? voice.voice || voice.language : voice;
        const language = languageOf(name === undefined || name === null ? "en-US" : name);
        send("Say", this.#facts.id, requiredText(text, "say: the text"), language);
    }

    // startPlayback(url, loop) and startPlayback(url, {loop, progressivePlayback}).
    startPlayback(url, options) {
        const loop = isDictionary(options) ? options.loop : options;
        send("Play", this.#facts.id, requiredText(url, "startPlayback: the URL"), Boolean(loop));
    }

    playProgressTone(country) {
        const script = progressTones[String(country).toUpperCase()];
        if (!script) throw new RangeError(`playProgressTone: the country must be US or RU, ${String(country)} was given`);
        send("PlayToneScript", this.#facts.id, script, true);
    }

    stopPlayback() { send("Stop", this.#facts.id); }

    handleTones(on, type) {
        const kind = type === undefined || type === null ? DTMFType.ALL : Number(type);
        if (![0, 1, 2, 3].includes(kind)) throw new RangeError("handleTones: the type must be one of DTMFType");
        send("HandleTones", this.#facts.id, Boolean(on), kind);
    }

    sendDigits(digits) {
        const text = requiredText(digits, "sendDigits: the digits");
        if (!/^[0-9*#p]{1,256}$/.test(text)) throw new RangeError("sendDigits: only 0-9 * # and p are allowed, 256 at most");
        send("SendDigits", this.#facts.id, text);
    }

    sendMessage(text) {
        const body = String(text);
        limitMessage("sendMessage", body);
        send("SendMessage", this.#facts.id, body);
    }

    sendInfo(mimeType, body, headers) {
        const text = String(body);
        limitMessage("sendInfo", text);
        send("SendInfo", this.#facts.id, requiredText(mimeType, "sendInfo: the MIME type"), text, headerFields(headers));
    }

    sendMediaTo(unit) { send("SendMedia", this.#facts.id, Call.facts(unit, "sendMediaTo").id); }
    stopMediaTo(unit) { send("StopMedia", this.#facts.id, Call.facts(unit, "stopMediaTo").id); }

    record(options) {
        const wishes = isDictionary(options) ? options : {};
        for (const name of ["video", "transcribe"]) if (wishes[name]) throw new Error(`record: ${name} is not available`);
        for (const name of ["hd_audio", "lossless"]) {
            if (wishes[name]) send("Log", `WARNING! record: ${name} is not available, the recording is mp3, 8 kHz.`);
        }
        send("Record", this.#facts.id, Boolean(wishes.stereo));
    }

    vad() { return false; }
    handleMicStatus(on) { if (on) unavailable("Call.handleMicStatus"); }
    handleBlindTransfer(on) { if (on) unavailable("Call.handleBlindTransfer"); }
}

for (const name of [
    "answerDirect", "notifyBlindTransferSuccess", "notifyBlindTransferFailed", "transferTo", "enableBeepDetection",
    "disableBeepDetection", "reInvite", "acceptReInvite", "rejectReInvite", "detectProgressTone", "detectVoicemailTone",
    "detectVoicemailPrompt",
]) {
    Object.defineProperty(Call.prototype, name, { value: () => unavailable(`Call.${name}`), configurable: true });
}

function unavailable(name) {
    throw new Error(`${name} is not available on this platform`);
}

function limitMessage(method, text) {
    const length = text.length * 3 <= 8192 ? 0 : utf8Length(text);
    if (length > 8192) throw new RangeError(`${method}: the text is ${length} bytes long, 8192 are allowed`);
}

// What an event changes in its call; returns false when the call is unknown.
function callEvent(id, event) {
    const call = calls.get(id);
    if (!call) return;
    const facts = Call.facts(call);
    if (event.name === CallEvents.Connected) facts.state = "CONNECTED";
    if (event.name === CallEvents.Failed || event.name === CallEvents.Disconnected) facts.state = "TERMINATED";
    event.call = call;
    event.id = id;
    Emitter.emit(call, event.name, event);
    // A recording may end after its leg: nothing else does.
    if (event.name === CallEvents.RecordStopped && facts.state === "TERMINATED") calls.delete(id);
}

publish({ Call });
