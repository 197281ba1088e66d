// In a rehearsal time stands still between events, and randomness and ids come from a seed, so that every run is the same.
let rehearsedTime = null;
let rehearsedRandom = null;

// mulberry32 by Tommy Ettinger.
function randomFrom(seed) {
    let state = seed | 0;
    return () => {
        state = (state + 0x6d2b79f5) | 0;
        let t = Math.imul(state ^ (state >>> 15), 1 | state);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
}

function beginRehearsal(now, seed) {
    const RealDate = Date;
    rehearsedTime = now;
    rehearsedRandom = randomFrom(seed);
    global.Date = new Proxy(RealDate, {
        construct: (target, values, made) => Reflect.construct(target, values.length > 0 ? values : [rehearsedTime], made),
        apply: () => new RealDate(rehearsedTime).toString(),
        get: (target, name) => (name === "now" ? () => rehearsedTime : target[name]),
    });
    RealDate.prototype.constructor = global.Date;
    Math.random = rehearsedRandom;
}

// Random octets in hexadecimal, or what the operation of the host answers.
function randomText(operation, make) {
    return rehearsedRandom === null ? host(operation) : make(rehearsedRandom);
}

function randomDigits(random, count, alphabet) {
    let text = "";
    for (let i = 0; i < count; i++) text += alphabet[Math.floor(random() * alphabet.length)];
    return text;
}

// The runtime's first script of a rehearsal finds this; other scripts lose it with the first event.
const rehearsalKey = Symbol.for("switchboard.rehearsal");
Object.defineProperty(global, rehearsalKey, { value: { begin: beginRehearsal, published }, writable: true });
