// The scenario side of one session. All files of this folder are joined in the order of their names into the body of one function,
// `host`, `push` and `global` being its parameters: nothing here is visible to scenarios but what `publish` makes so.
//
// Commands for the platform are pushed one by one and leave together when the event that caused them has been handled.
// This file is evaluated once, in the process that all sessions are copies of: nothing here may be chosen for one session.
// Not `delete`, which makes the engine build every global that is otherwise built at its first use.
global.Atomics = undefined;
global.WebAssembly = undefined;
global.SharedArrayBuffer = undefined;

const parseJSON = JSON.parse;
const formatJSON = JSON.stringify;

// Call ids that the platform has handed out in advance, because a script reads them at once.
let spareCallIDs = [];

function send(...command) {
    push(formatJSON(command));
}

// What a script does after it has ended its session still counts, so `close` is the last command of its batch.
let closing = "no";

function finish() {
    if (closing !== "wanted") return;
    closing = "told";
    send("close", hears(application, "Application.Terminating", "Application.Terminated"));
}

// The engine's own generator is seeded before the copies are made, so that all sessions would get the same numbers.
// sfc32 by Chris Doty-Humphrey, seeded at the first use.
let randomState = null;

Math.random = ({
    random() {
        if (randomState === null) {
            const seed = host("seed");
            randomState = Int32Array.from([0, 8, 16, 24], (place) => parseInt(seed.slice(place, place + 8), 16));
        }
        return (randomWord() >>> 5) / 134217728 + (randomWord() >>> 6) / 9007199254740992;
    },
}).random;

function randomWord() {
    const s = randomState;
    const word = (s[0] + s[1] + s[3]) | 0;
    s[3] = s[3] + 1;
    s[0] = s[1] ^ (s[1] >>> 9);
    s[1] = s[2] + (s[2] << 3);
    s[2] = ((s[2] << 21) | (s[2] >>> 11)) + word;
    return word;
}

// Names that scenarios see, for the description of the API to be compared with.
const published = [];

function publish(names) {
    for (const name of Object.keys(names)) {
        published.push(name);
        Object.defineProperty(global, name, { value: names[name], writable: true, configurable: true });
    }
}

// Tells the platform that the script has failed, with the place where it happened.
function fail(error) {
    const isObject = error !== null && typeof error === "object";
    const stack = isObject && typeof error.stack === "string" ? error.stack : "";
    send("error", {
        message: describe(error),
        file: isObject && typeof error.sourceURL === "string" ? error.sourceURL : null,
        line: isObject && typeof error.line === "number" ? error.line : null,
        column: isObject && typeof error.column === "number" ? error.column : null,
        stack: stack.split("\n").filter((frame) => frame !== "" && !frame.includes("voxengine:")),
    });
}

function describe(error) {
    try {
        return error instanceof Error ? `${error.name}: ${error.message}` : show(error);
    } catch (_) {
        return "an error that cannot be shown";
    }
}

// Any value as text: objects as JSON.
function show(value) {
    if (typeof value !== "object" || value === null) return String(value);
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    try {
        const text = formatJSON(value);
        return text === undefined ? String(value) : text;
    } catch (_) {
        return String(value);
    }
}

// Length in UTF-8 bytes, which is how the platform's limits count.
function utf8Length(text) {
    let length = text.length;
    for (let i = 0; i < text.length; i++) {
        const unit = text.charCodeAt(i);
        if (unit >= 0x80) length += unit >= 0x800 && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
    }
    return length;
}

function isDictionary(value) {
    return value !== null && typeof value === "object" && !Array.isArray(value);
}

// What the platform throws, or rejects a promise with, when a script or its account has as much of something as it may.
class LimitError extends RangeError {
    #limit;
    #allowed;

    constructor(limit, allowed, message) {
        super(message);
        this.#limit = limit;
        this.#allowed = allowed;
    }

    get name() { return "LimitError"; }
    get limit() { return this.#limit; }
    get allowed() { return this.#allowed; }
}

function optionalText(value) {
    return value === undefined || value === null ? null : String(value);
}

function requiredText(value, what) {
    if (value === undefined || value === null || value === "") throw new TypeError(`${what} is missing`);
    return String(value);
}

function requiredFunction(value, what) {
    if (typeof value !== "function") throw new TypeError(`${what} must be a function, ${kindOf(value)} was given`);
    return value;
}

function optionalFunction(value, what) {
    return value === undefined || value === null ? null : requiredFunction(value, what);
}

// The options of a method: a dictionary, or none at all.
function optionsOf(value, method) {
    if (value === undefined || value === null) return {};
    if (!isDictionary(value)) throw new TypeError(`${method}: the options must be an object, ${kindOf(value)} was given`);
    return value;
}

// A whole number between two others, the usual value without one.
function wholeNumber(value, usual, least, most, what) {
    if (value === undefined || value === null) return usual;
    const number = Number(value);
    if (!Number.isInteger(number) || number < least || number > most) {
        throw new RangeError(`${what} must be a whole number, ${least} to ${most}, ${show(value)} was given`);
    }
    return number;
}

// What a value is, for messages to authors.
function kindOf(value) {
    if (value === null) return "null";
    return Array.isArray(value) ? "an array" : value === undefined ? "undefined" : typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function warn(text) {
    send("Log", `WARNING! ${text}`);
}

// Headers as a dictionary; the older form is a list of "Name: value".
function headerFields(value) {
    if (value === undefined || value === null) return null;
    const fields = {};
    if (Array.isArray(value)) {
        for (const line of value) {
            const colon = String(line).indexOf(":");
            if (colon > 0) fields[String(line).slice(0, colon).trim()] = String(line).slice(colon + 1).trim();
        }
        return fields;
    }
    if (typeof value !== "object") throw new TypeError("headers must be a dictionary or a list of \"Name: value\"");
    for (const name of Object.keys(value)) {
        if (value[name] !== undefined && value[name] !== null) fields[name] = String(value[name]);
    }
    return fields;
}

// Functions that reach into private members without being members themselves, which scenarios would see.
let hears;
let emit;

// What can be listened to: calls and the application.
class Emitter {
    #handlers = new Map();

    addEventListener(event, handler) {
        const name = eventName(event, "addEventListener");
        requiredFunction(handler, `the handler of ${name}`);
        const list = this.#handlers.get(name);
        if (list) list.push(handler);
        else this.#handlers.set(name, [handler]);
    }

    removeEventListener(event, handler) {
        const name = eventName(event, "removeEventListener");
        if (handler === undefined) {
            this.#handlers.delete(name);
            return;
        }
        const list = this.#handlers.get(name);
        if (list) this.#handlers.set(name, list.filter((other) => other !== handler));
    }

    static {
        hears = (emitter, ...names) => names.some((name) => emitter.#handlers.has(name));

        // Calls the handlers in the order of their registration; the last value that is not undefined is the result.
        emit = (emitter, name, event) => {
            const list = emitter.#handlers.get(name);
            if (!list) return undefined;
            let result;
            for (const handler of list.slice()) {
                const value = handler(event);
                if (value !== undefined) result = value;
            }
            return result;
        };
    }
}

function eventName(event, method) {
    const name = typeof event === "function" ? event.name : event;
    if (typeof name !== "string" || name === "") {
        throw new TypeError(
            `${method}: the event must be a member of AppEvents, CallEvents and so on, ${kindOf(event)} was given; ` +
                "is the name of the event spelt right?");
    }
    if (!eventNames.has(name)) warn(`${method}: there is no event ${name}, the handler will not be called.`);
    return name;
}

// Emits an event of the platform's own making once the running handler is done; the log shows it as one from the script.
function emitLater(emitter, name, fields, extra) {
    Promise.resolve().then(() => {
        send("Log", `Sent event from JS onPhoneEvent with params ${formatJSON({ name, ...fields })}`);
        emit(emitter, name, { name, ...fields, ...extra });
    });
}
