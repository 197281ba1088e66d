const units = new Map();

// Only the platform's code makes calls and units.
const maker = Symbol("maker");

let unitID;
let noteEndpoint;

// Anything that sends or hears sound.
class MediaUnit extends Emitter {
    #id;

    constructor(key, id, kind, origin) {
        if (key !== maker) throw new TypeError(`${kind} cannot be constructed; use ${origin}`);
        super();
        this.#id = id;
    }

    static {
        unitID = (unit, method) => {
            if (unit === null || typeof unit !== "object" || !(#id in unit)) {
                throw new TypeError(
                    `${method}: a Call, Player, Recorder, Conference or another unit with sound is needed, ` +
                        `${kindOf(unit)} was given`);
            }
            return unit.#id;
        };
    }

    id() { return this.#id; }
    // The parameters count where a WebSocket is at an end.
    sendMediaTo(unit, parameters) {
        const command = ["SendMedia", this.#id, unitID(unit, "sendMediaTo")];
        if (parameters !== undefined && parameters !== null) command.push(streamWishes(parameters));
        send(...command);
    }
    stopMediaTo(unit) { send("StopMedia", this.#id, unitID(unit, "stopMediaTo")); }
}

// What is asked of a stream: {tag, encoding, customParameters}.
function streamWishes(parameters) {
    const p = optionsOf(parameters, "sendMediaTo");
    const tag = optionalText(p.tag);
    if (tag !== null && utf8Length(tag) > 200) throw new RangeError("sendMediaTo: the tag is longer than 200 bytes");
    const encoding = p.encoding === undefined || p.encoding === null ? WebSocketAudioEncoding.PCM8 : String(p.encoding);
    if (!Object.values(WebSocketAudioEncoding).includes(encoding)) {
        throw new RangeError(`sendMediaTo: the encoding must be one of WebSocketAudioEncoding, ${encoding} was given`);
    }
    if (encoding === WebSocketAudioEncoding.OPUS) warn("sendMediaTo: OPUS is not available on this platform, PCM8 is sent.");
    const wishes = { tag, encoding };
    if (p.customParameters !== undefined && p.customParameters !== null) {
        wishes.customParameters = formatJSON(p.customParameters);
        limitMessage("sendMediaTo: customParameters", wishes.customParameters);
    }
    return wishes;
}

function newID() {
    if (spareCallIDs.length > 0) return spareCallIDs.shift();
    return randomText("callID", (random) => randomDigits(random, 43, base64Alphabet.slice(0, 62)));
}

// Remembers a unit under its id, so that events find it.
function addUnit(unit) {
    units.set(unit.id(), unit);
    return unit;
}

class Player extends MediaUnit {
    constructor(key, id, kind = "Player") {
        super(key, id, kind, "VoxEngine.createURLPlayer, createTTSPlayer or createToneScriptPlayer");
    }

    pause() { send("PausePlayer", this.id()); }
    resume() { send("ResumePlayer", this.id()); }
    stop() { send("StopPlayer", this.id()); }

    addMarker(offset, segment) {
        const place = wholeNumber(offset, undefined, -86400000, 86400000, "addMarker: the offset in ms");
        if (place === undefined) throw new TypeError("addMarker: the offset is missing");
        const index = wholeNumber(segment, null, 0, 999, "addMarker: the segment");
        send("AddMarker", this.id(), place, index);
    }
}

class SequencePlayer extends Player {
    constructor(key, id) { super(key, id, "SequencePlayer"); }
}

class Recorder extends MediaUnit {
    constructor(key, id) { super(key, id, "Recorder", "VoxEngine.createRecorder"); }
    mute(on) { send("MuteRecorder", this.id(), on === undefined || Boolean(on)); }
    stop() { send("StopRecorder", this.id()); }
}

// A recorder of a video conference; there is no video, it records the sound of its conference.
class ConferenceRecorder extends Recorder {
    #priority = [];

    setConference(conference) {
        if (!(conference instanceof Conference)) {
            throw new TypeError(`setConference: a Conference is needed, ${kindOf(conference)} was given`);
        }
        conference.sendMediaTo(this);
    }

    // The order in which endpoints are shown, kept for the script's own use.
    setPriority(endpoints) { this.#priority = [].concat(endpoints === undefined ? [] : endpoints); }
    getPriority() { return [...this.#priority]; }
    update() { warn("ConferenceRecorder.update: there is no video, nothing is done."); }
}

// A unit that is heard in a conference, or hears it.
class Endpoint {
    #facts;

    constructor(key, facts) {
        if (key !== maker) throw new TypeError("Endpoint cannot be constructed; it comes with events of a Conference");
        this.#facts = facts;
    }

    id() { return this.#facts.id; }
    getMode() { return ConferenceMode.MIX; }
    getDirection() { return ConferenceDirection.BOTH; }
    getCall() { return calls.get(this.#facts.id); }
    setDisplayName(name) { this.#facts.displayName = String(name); }
    manageEndpoint() { this.#facts.conference.refuse("manageEndpoint is for video conferences", this.#facts.id); }
}

class Conference extends MediaUnit {
    #endpoints = new Map();

    constructor(key, id) { super(key, id, "Conference", "VoxEngine.createConference"); }

    static {
        noteEndpoint = (conference, event) => {
            if (event.endpointId === undefined) return;
            const known = conference.#endpoints.get(event.endpointId);
            const endpoint = known || new Endpoint(maker, { id: event.endpointId, conference: conference.#refusing() });
            if (event.name === ConferenceEvents.EndpointRemoved) conference.#endpoints.delete(event.endpointId);
            else if (event.name === ConferenceEvents.EndpointAdded) conference.#endpoints.set(event.endpointId, endpoint);
            event.endpoint = endpoint;
            event.mode = ConferenceMode.MIX;
            event.direction = ConferenceDirection.BOTH;
        };
    }

    #refusing() {
        return {
            refuse: (error, endpointId) => emitLater(
                this, ConferenceEvents.ConferenceError, { id: this.id(), error, code: 102, endpointId }, { conference: this }),
        };
    }

    stop() { send("DestroyConference", this.id()); }
    getList() { return [...this.#endpoints.values()]; }
    get(id) { return this.#endpoints.get(String(id)); }

    // For video conferences only; a call takes part with VoxEngine.sendMediaBetween(call, conference).
    add(parameters) {
        unitID(optionsOf(parameters, "Conference.add").call, "Conference.add: call");
        this.#refusing().refuse("add is for video conferences; use VoxEngine.sendMediaBetween");
    }
}

// The member of an event that names its unit.
function memberOf(unit) {
    if (unit instanceof SequencePlayer) return "sequencePlayer";
    return unit instanceof Player ? "player" : unit instanceof Recorder ? "recorder" : "conference";
}

// What an event changes in its unit; a unit that has ended is forgotten.
const lastEvents = new Set([
    PlayerEvents.Stopped, PlayerEvents.PlaybackFinished, SequencePlayerEvents.Stopped,
    SequencePlayerEvents.PlaybackFinished, RecorderEvents.Stopped, RecorderEvents.RecorderError, ConferenceEvents.Stopped,
]);

function unitEvent(id, event) {
    const unit = units.get(id);
    if (!unit) return;
    if (lastEvents.has(event.name)) units.delete(id);
    event.id = id;
    event[memberOf(unit)] = unit;
    if (unit instanceof Conference) noteEndpoint(unit, event);
    emit(unit, event.name, event);
}

publish({ Player, SequencePlayer, Recorder, ConferenceRecorder, Conference, Endpoint });
