// What players play and recorders write, in the forms of both generations of scripts.

// The language to speak and the voice by name: null for a text that names a language only.
function voiceOf(voice) {
    const given = isDictionary(voice) ? voice.voice || voice.language : voice;
    const name = given === undefined || given === null || given === "" ? "en-US" : String(given);
    const isLanguage = /^[a-z]{2,3}([-_]([A-Z]{2}|419))?$/.test(name);
    return { language: languageOf(name), voice: isLanguage ? null : name };
}

// A step of SSML's prosody by name, a percentage or a number as a factor; null leaves the voice's own.
function factor(value, names) {
    if (value === undefined || value === null || value === "default") return null;
    if (Object.hasOwn(names, value)) return names[value];
    const text = String(value).trim();
    const percent = /^([+-]?)([0-9.]+)%$/.exec(text);
    const number = percent ? Number(percent[2]) / 100 : Number(text);
    const result = percent && percent[1] ? 1 + (percent[1] === "-" ? -number : number) : number;
    return Number.isFinite(result) && result > 0 && result <= 10 ? result : null;
}

function decibels(value) {
    const names = { silent: -96, "x-soft": -12, soft: -6, medium: 0, loud: 6, "x-loud": 12 };
    if (value === undefined || value === null || value === "default") return null;
    if (Object.hasOwn(names, value)) return names[value];
    const number = Number(String(value).replace(/dB$/, ""));
    return Number.isFinite(number) && Math.abs(number) <= 96 ? number : null;
}

// A text to speak: (text, Language.X, ttsOptions) and (text, {voice, ttsOptions, ...}).
function speech(text, voice, ttsOptions) {
    const tone = optionsOf(isDictionary(voice) ? voice.ttsOptions : ttsOptions, "ttsOptions");
    const voices = { rate: { "x-slow": 0.5, slow: 0.75, medium: 1, fast: 1.25, "x-fast": 1.5 },
        pitch: { "x-low": 0.5, low: 0.75, medium: 1, high: 1.25, "x-high": 1.5 } };
    return {
        kind: "speech", text: requiredText(text, "the text to speak"), ...voiceOf(voice),
        rate: factor(tone.rate === undefined ? tone.speed : tone.rate, voices.rate),
        pitch: factor(tone.pitch, voices.pitch), volume: decibels(tone.volume),
    };
}

// A sound of a server: an address, or {url, method, headers, body: {text | binary}}.
function sound(request, method) {
    if (!isDictionary(request)) return { kind: "url", url: requiredText(request, `${method}: the URL`) };
    const verb = String(request.method || "GET").toUpperCase();
    if (!Object.hasOwn(URLPlayerRequestMethod, verb)) {
        throw new RangeError(`${method}: the method must be one of URLPlayerRequestMethod, ${verb} was given`);
    }
    const headers = {};
    for (const field of request.headers || []) headers[requiredText(field && field.name, `${method}: a header's name`)] = String(field.value);
    const body = optionsOf(request.body, `${method}: body`);
    const bytes = body.binary !== undefined ? String(body.binary)
        : body.text !== undefined ? base64_encode(String(body.text)) : null;
    return { kind: "url", url: requiredText(request.url, `${method}: the URL`), method: verb, headers, body: bytes };
}

function startPlayer(player, what, options) {
    send("CreatePlayer", player.id(), {
        ...what, loop: Boolean(options.loop), onPause: Boolean(options.onPause), hideHeaders: Boolean(options.hideHeaders),
        hideBody: Boolean(options.hideBody),
    });
    return addUnit(player);
}

// createURLPlayer(url, loop, onPause) and createURLPlayer(url | {url, ...}, {loop, onPause, ...}).
function createURLPlayer(request, second, onPause) {
    const what = sound(request, "createURLPlayer");
    return startPlayer(new Player(maker, newID()), what, isDictionary(second) ? second : { loop: second, onPause });
}

function createTTSPlayer(text, voice, ttsOptions) {
    const what = speech(text, voice, ttsOptions);
    return startPlayer(new Player(maker, newID()), what, isDictionary(voice) ? voice : {});
}

function createToneScriptPlayer(script, options) {
    const what = { kind: "tone", script: requiredText(script, "createToneScriptPlayer: the script") };
    return startPlayer(new Player(maker, newID()), what, isDictionary(options) ? options : { loop: options });
}

function createSequencePlayer(parameters) {
    const { segments } = optionsOf(parameters, "createSequencePlayer");
    if (!Array.isArray(segments) || segments.length === 0 || segments.length > 100) {
        throw new TypeError("createSequencePlayer: segments must be a list of 1 to 100 sounds");
    }
    const what = segments.map((segment) => {
        const { text, url, parameters: options } = optionsOf(segment, "createSequencePlayer: a segment");
        if (text !== undefined) return speech(text, options);
        return sound(url, "createSequencePlayer");
    });
    return startPlayer(new SequencePlayer(maker, newID()), { kind: "sequence", segments: what }, parameters);
}

// What is asked of a recording; what cannot be had is noted, because a recording without it is better than none.
function recordingWishes(options, method) {
    const p = optionsOf(options, method);
    for (const name of ["video", "transcribe"]) {
        if (p[name]) warn(`${method}: ${name} is not available on this platform, the sound is recorded without it.`);
    }
    if (p.hd_audio && p.lossless) throw new RangeError(`${method}: either hd_audio or lossless`);
    if (p.expire && !Object.values(RecordExpireTime).includes(p.expire)) {
        warn(`${method}: expire is no RecordExpireTime, the recording is kept for three months.`);
    }
    return {
        stereo: Boolean(p.stereo), hd_audio: Boolean(p.hd_audio), lossless: Boolean(p.lossless), name: optionalText(p.name),
        secure: Boolean(p.secure), expire: optionalText(p.expire),
    };
}

// createRecorder(name, secure) and createRecorder({name, secure, ...}), which makes a ConferenceRecorder with video.
function createRecorder(first, secure) {
    const p = isDictionary(first) ? first : { name: first, secure };
    const wishes = recordingWishes(p, "createRecorder");
    const recorder = p.video ? new ConferenceRecorder(maker, newID()) : new Recorder(maker, newID());
    send("CreateRecorder", recorder.id(), wishes);
    return addUnit(recorder);
}

function createConference(parameters) {
    const p = optionsOf(parameters, "createConference");
    const conference = new Conference(maker, newID());
    send("CreateConference", conference.id(), Boolean(p.hd_audio));
    return addUnit(conference);
}

function destroyConference(conference) {
    unitID(conference, "destroyConference");
    if (!(conference instanceof Conference)) throw new TypeError("destroyConference: a Conference is needed");
    conference.stop();
}
