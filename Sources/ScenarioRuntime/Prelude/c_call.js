const calls = new Map();
const progressTones = { US: "440@-19,480@-19;*(2/4/1+2)", RU: "425@-19;5(1/4/1)" };

let factsOf;

class Call extends MediaUnit {
    #facts;

    constructor(key, facts) {
        super(key, key === maker ? facts.id : "", "Call", "VoxEngine.callUser, callSIP or callPSTN");
        this.#facts = facts;
        calls.set(facts.id, this);
    }

    static {
        factsOf = (call, method) => {
            if (call === null || typeof call !== "object" || !(#facts in call)) {
                throw new TypeError(`${method}: a Call is needed, ${kindOf(call)} was given`);
            }
            return call.#facts;
        };
    }

    state() { return this.#facts.state; }
    incoming() { return this.#facts.incoming; }
    callerid() { return this.#facts.callerid; }
    displayName() { return this.#facts.displayName; }
    number() { return this.#facts.number; }
    clientType() { return this.#facts.clientType; }
    headers() { return { ...this.#facts.headers }; }
    vad() { return this.#facts.isSpeaking === true; }
    toString() { return `Call(${this.#facts.id}, ${this.#facts.state})`; }

    customData(value) {
        if (value !== undefined) {
            this.#facts.customData = String(value);
            const length = utf8Length(this.#facts.customData);
            if (length > 200) warn(`Call.customData: the text is ${length} bytes long, more than 200 bytes.`);
            send("SetCallCustomData", this.#facts.id, this.#facts.customData);
        }
        return this.#facts.customData;
    }

    ring(headers) { send("Ring", this.#facts.id, headerFields(headers)); }

    startEarlyMedia(headers) {
        if (this.#facts.state === "ALERTING") changeState(this, "PROGRESSING");
        send("StartAudio", this.#facts.id, headerFields(headers));
    }

    // answer(headers, {displayName, ...}): the caller is shown who has answered.
    answer(headers, parameters) {
        const p = optionsOf(parameters, "answer");
        send("AcceptCall", this.#facts.id, headerFields(headers), optionalText(p.displayName));
    }

    // answerDirect(peer, headers, parameters) and the very old answerDirect(headers). The sound still passes the platform.
    answerDirect(peer, headers, parameters) {
        const isPeer = peer instanceof Call;
        this.#facts.isDirect = true;
        if (isPeer) {
            factsOf(peer).isDirect = true;
            send("SendMediaBetween", this.#facts.id, peer.id());
        }
        this.answer(isPeer ? headers : peer, isPeer ? parameters : headers);
    }

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

    // Calls between two users in direct mode have no sound of the platform; a script that plays into one goes on.
    #isDirect(method) {
        if (this.#facts.isDirect) warn(`${method}: the call is direct, nothing is done.`);
        return this.#facts.isDirect === true;
    }

    // say(text, Language.X, ttsOptions) and say(text, {voice, ttsOptions, ...}).
    say(text, voice, ttsOptions) {
        const wishes = speech(text, voice, ttsOptions);
        if (this.#isDirect("say")) return;
        this.#facts.awaitsSound = false;
        send("Say", this.#facts.id, wishes);
    }

    // startPlayback(url, loop) and startPlayback(url, {loop, progressivePlayback}).
    startPlayback(url, options) {
        const address = requiredText(url, "startPlayback: the URL");
        const loop = isDictionary(options) ? options.loop : options;
        if (this.#isDirect("startPlayback")) return;
        this.#facts.awaitsSound = true;
        send("Play", this.#facts.id, address, Boolean(loop));
    }

    playProgressTone(country) {
        const script = progressTones[String(country).toUpperCase()];
        if (!script) throw new RangeError(`playProgressTone: the country must be US or RU, ${String(country)} was given`);
        if (this.#isDirect("playProgressTone")) return;
        this.#facts.awaitsSound = false;
        send("PlayToneScript", this.#facts.id, script, true);
    }

    stopPlayback() {
        this.#facts.awaitsSound = false;
        send("Stop", this.#facts.id);
    }

    handleTones(on, type) {
        if (on && (type === undefined || type === null)) {
            warn("The valid 'supportedDtmfTypes' parameter value is not provided, the default 'ALL' value will be used.");
        }
        const kind = type === undefined || type === null ? DTMFType.ALL : Number(type);
        if (![0, 1, 2, 3].includes(kind)) throw new RangeError("handleTones: the type must be one of DTMFType");
        send("HandleTones", this.#facts.id, Boolean(on), kind);
    }

    sendDigits(digits) {
        const text = requiredText(digits, "sendDigits: the digits");
        if (!/^[0-9*#p]{1,256}$/.test(text)) throw new RangeError("sendDigits: only 0-9 * # and p are allowed, 256 at most");
        if (!this.#isDirect("sendDigits")) send("SendDigits", this.#facts.id, text);
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

    sendMediaTo(unit, parameters) {
        if (!this.#isDirect("sendMediaTo")) super.sendMediaTo(unit, parameters);
    }

    record(options) {
        const wishes = recordingWishes(options, "record");
        if (!this.#isDirect("record")) send("Record", this.#facts.id, wishes);
    }

    handleMicStatus(on) {
        if (!on) this.#facts.isSpeaking = false;
        send("HandleMicStatus", this.#facts.id, Boolean(on));
    }

    handleBlindTransfer(on) { send("HandleBlindTransfer", this.#facts.id, Boolean(on)); }
    notifyBlindTransferSuccess() { send("NotifyBlindTransfer", this.#facts.id, true, 200, "OK"); }

    notifyBlindTransferFailed(code, reason) {
        const status = wholeNumber(code, 603, 300, 699, "notifyBlindTransferFailed: the code");
        send("NotifyBlindTransfer", this.#facts.id, false, status, reason === undefined ? "Declined" : String(reason));
    }

    // transferTo({to, call, headers}): blind to an address, attended to the far end of another call.
    transferTo(parameters) {
        const p = typeof parameters === "string" ? { to: parameters } : optionsOf(parameters, "transferTo");
        const other = p.call === undefined || p.call === null ? null : factsOf(p.call, "transferTo: call").id;
        const to = other === null ? requiredText(p.to, "transferTo: the address") : optionalText(p.to) || "";
        this.#facts.transfers = (this.#facts.transfers || 0) + 1;
        if (this.#facts.transfers > 10) {
            const fields = { code: 403, reason: "Exceeded the limit of 10 transfers of a call" };
            return emitLater(this, CallEvents.TransferFailed, { id: this.#facts.id, ...fields }, { call: this, headers: {} });
        }
        send("TransferCall", this.#facts.id, to, other, headerFields(p.headers));
    }

    detectProgressTone(on) { send("DetectProgressTone", this.#facts.id, on === undefined || Boolean(on)); }

    enableBeepDetection(parameters) {
        const p = optionsOf(parameters, "enableBeepDetection");
        const frequencies = [].concat(p.frequencies === undefined || p.frequencies === null ? [] : p.frequencies)
            .map((hertz) => wholeNumber(hertz, 0, 1, 4000, "enableBeepDetection: a frequency in Hz"));
        if (frequencies.length > 16) throw new RangeError("enableBeepDetection: 16 frequencies at most");
        const timeout = wholeNumber(p.timeout, 20000, 1, 3600000, "enableBeepDetection: the timeout in ms");
        this.#facts.awaitsVoicemailTone = false;
        send("DetectBeep", this.#facts.id, true, frequencies, timeout);
    }

    disableBeepDetection() { send("DetectBeep", this.#facts.id, false, [], 0); }

    // The older forms: their events are made of those of the beep detection.
    detectVoicemailTone(timeout) {
        const seconds = wholeNumber(timeout, 20, 1, 3600, "detectVoicemailTone: the timeout in s");
        this.#facts.awaitsVoicemailTone = true;
        send("DetectBeep", this.#facts.id, true, [], seconds * 1000);
    }

    // Speech of that many seconds within the time is an announcement; the words are not understood, so there is no pattern.
    detectVoicemailPrompt(timeout, speech) {
        const seconds = wholeNumber(timeout, 5, 1, 3600, "detectVoicemailPrompt: the timeout in s");
        const prompt = wholeNumber(speech, 2, 1, 60, "detectVoicemailPrompt: the length of speech in s");
        this.#facts.awaitsPrompt = true;
        send("DetectAnswer", this.#facts.id, true, seconds * 1000, prompt * 1000, false);
    }

    // The platform answers re-INVITEs itself, since it ends all media.
    reInvite() {
        warn("reInvite is not available on this platform: it agrees on media itself.");
        this.#report(CallEvents.ReInviteRejected, { code: 488, reason: "Not Acceptable Here" });
    }

    acceptReInvite() { warn("acceptReInvite: the platform has answered the re-INVITE itself."); }
    rejectReInvite() { warn("rejectReInvite: the platform has answered the re-INVITE itself."); }

    #report(name, fields) { emitLater(this, name, { id: this.#facts.id, ...fields }, { call: this, headers: {} }); }
}

function limitMessage(method, text) {
    const length = text.length * 3 <= 8192 ? 0 : utf8Length(text);
    if (length > 8192) throw new LimitError("MESSAGE", 8192, `${method}: the text is ${length} bytes long, 8192 are allowed`);
}

function changeState(call, state) {
    const facts = factsOf(call);
    const oldState = facts.state;
    if (oldState === state) return;
    facts.state = state;
    if (hears(call, CallEvents.StateChanged)) {
        emitLater(call, CallEvents.StateChanged, { id: facts.id, oldState, newState: state }, { call });
    }
}

// The older names of what the beep detection finds.
function voicemailEvent(facts, event) {
    if (!facts.awaitsVoicemailTone) return event;
    if (event.name === CallEvents.BeepDetectionComplete) {
        return { name: CallEvents.VoicemailToneDetected, frequency: event.frequencies[0] };
    }
    return event.name === CallEvents.BeepDetectionError ? { name: CallEvents.VoicemailToneNotDetected } : event;
}

// What the first words of a call mean to whoever has asked: detectVoicemailPrompt, or AMD.
function answerDetected(call, facts, party) {
    if (facts.awaitsPrompt) {
        facts.awaitsPrompt = false;
        const name = party === "machine" ? CallEvents.VoicemailPromptDetected : CallEvents.VoicemailPromptNotDetected;
        emitLater(call, name, { id: facts.id, pattern: "" }, { call, headers: {} });
    } else if (facts.amd) {
        const amd = facts.amd;
        facts.amd = null;
        amd.complete(call, { machine: "VOICEMAIL", person: "HUMAN", nobody: "TIMEOUT", ended: "CALL_ENDED" }[party]);
    }
}

// What an event changes in its call.
function callEvent(id, message) {
    const call = calls.get(id);
    if (!call) return;
    const facts = factsOf(call);
    const event = voicemailEvent(facts, message);
    if (event.name === "Call.AnswerDetected") return answerDetected(call, facts, event.party);
    if (event.name === CallEvents.Connected) {
        if (facts.amd) send("DetectAnswer", id, true, facts.amd.timeout, 3000, true);
        event.customData = facts.customData;
        changeState(call, "CONNECTED");
    }
    if (event.name === CallEvents.Failed || event.name === CallEvents.Disconnected) {
        changeState(call, "TERMINATED");
        answerDetected(call, facts, "ended");
    }
    if (event.name === CallEvents.MicStatusChange) facts.isSpeaking = event.active;
    // A file that begins to play has been loaded.
    if (event.name === CallEvents.PlaybackStarted && facts.awaitsSound) {
        facts.awaitsSound = false;
        emit(call, CallEvents.PlaybackReady, { name: CallEvents.PlaybackReady, call, id });
    }
    event.call = call;
    event.id = id;
    emit(call, event.name, event);
    // A recording may end after its leg: nothing else does.
    if (event.name === CallEvents.RecordStopped && facts.state === "TERMINATED") calls.delete(id);
}

publish({ Call });
