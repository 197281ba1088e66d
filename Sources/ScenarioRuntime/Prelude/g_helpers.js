const base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function encodingName(encoding) {
    const name = String(encoding === undefined ? "utf-8" : encoding).toLowerCase();
    if (!["utf-8", "utf8", "latin1", "iso-8859-1", "ascii"].includes(name)) {
        throw new RangeError(`the encoding must be utf-8, ascii or latin1, ${String(encoding)} was given`);
    }
    return name.startsWith("utf") ? "utf-8" : "latin1";
}

function str2bytes(text, encoding) {
    const bytes = [];
    if (encodingName(encoding) === "latin1") {
        for (const unit of String(text)) bytes.push(unit.codePointAt(0) > 255 ? 63 : unit.codePointAt(0));
        return bytes;
    }
    for (const character of String(text)) {
        const point = character.codePointAt(0);
        const code = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
        if (code < 0x80) bytes.push(code);
        else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
        else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
        else {
            bytes.push(
                0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
        }
    }
    return bytes;
}

function bytes2str(bytes, encoding) {
    const parts = [];
    if (encodingName(encoding) === "latin1") {
        for (const byte of bytes) parts.push(String.fromCharCode(byte & 255));
        return parts.join("");
    }
    for (let i = 0; i < bytes.length; ) {
        const first = bytes[i++];
        const more = first < 0x80 ? 0 : first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : -1;
        let code = more <= 0 ? first : first & (0x3f >> more);
        let isBroken = more < 0 || i + more > bytes.length;
        for (let k = 0; k < more && !isBroken; k++, i++) {
            if ((bytes[i] & 0xc0) !== 0x80) isBroken = true;
            else code = (code << 6) | (bytes[i] & 63);
        }
        parts.push(isBroken || code > 0x10ffff ? "\ufffd" : String.fromCodePoint(code));
    }
    return parts.join("");
}

function base64_encode(value) {
    const bytes = typeof value === "string" ? str2bytes(value) : value;
    let text = "";
    for (let i = 0; i < bytes.length; i += 3) {
        const bits = (bytes[i] << 16) | ((bytes[i + 1] || 0) << 8) | (bytes[i + 2] || 0);
        text += base64Alphabet[(bits >> 18) & 63] + base64Alphabet[(bits >> 12) & 63];
        text += i + 1 < bytes.length ? base64Alphabet[(bits >> 6) & 63] : "=";
        text += i + 2 < bytes.length ? base64Alphabet[bits & 63] : "=";
    }
    return text;
}

function base64_decode(text) {
    const bytes = [];
    let bits = 0;
    let count = 0;
    for (const character of String(text)) {
        if (character === "=" || /\s/.test(character)) continue;
        const value = base64Alphabet.indexOf(character === "-" ? "+" : character === "_" ? "/" : character);
        if (value < 0) throw new RangeError(`base64_decode: ${character} is not base64`);
        bits = ((bits << 6) | value) & 0xffffff;
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes.push((bits >> count) & 255);
        }
    }
    return bytes;
}

function bytes2hex(bytes, isUpper) {
    let text = "";
    for (const byte of bytes) text += (byte & 255).toString(16).padStart(2, "0");
    return isUpper ? text.toUpperCase() : text;
}

function hex2bytes(text) {
    if (!/^([0-9a-fA-F]{2})*$/.test(String(text))) throw new RangeError("hex2bytes: pairs of hexadecimal digits are needed");
    return (String(text).match(/../g) || []).map((pair) => parseInt(pair, 16));
}

function levenshtein_distance(first, second) {
    const a = String(first), b = String(second);
    let row = Array.from({ length: b.length + 1 }, (_, i) => i);
    for (let i = 1; i <= a.length; i++) {
        const next = [i];
        for (let j = 1; j <= b.length; j++) {
            next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
        }
        row = next;
    }
    return row[b.length];
}

// A Date whose UTC fields show the local time of the zone, which is how scenarios read it.
function getLocalTime(zone, date) {
    const instant = date === undefined ? new Date() : new Date(date);
    const fields = {};
    const format = new Intl.DateTimeFormat("en-US", {
        timeZone: String(zone), hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric",
        minute: "numeric", second: "numeric",
    });
    for (const part of format.formatToParts(instant)) fields[part.type] = Number(part.value);
    return new Date(Date.UTC(
        fields.year, fields.month - 1, fields.day, fields.hour, fields.minute, fields.second,
        ((instant.getTime() % 1000) + 1000) % 1000));
}

function hashed(algorithm) {
    return (data) => host("hash", algorithm, Array.isArray(data) ? data.join("") : String(data));
}

const Crypto = {
    md5: hashed("md5"),
    sha1: hashed("sha1"),
    sha256: hashed("sha256"),
    hmac_sha256: (key, data) => host("hmac", String(key), String(data)),
};

function uuidgen() {
    const hex = randomText("uuid", (random) => {
        const digits = randomDigits(random, 32, "0123456789abcdef");
        return `${digits.slice(0, 12)}4${digits.slice(13, 16)}8${digits.slice(17)}`;
    });
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

// What the numbering plans of the world know of a number: getInfo(number, country).
const PhoneNumber = {
    getInfo(number, country) {
        const text = requiredText(number, "PhoneNumber.getInfo: the number");
        return parseJSON(host("phone", text, optionalText(country) || ""));
    },
};

const Logger = {
    write: (text) => send("Log", show(text)),
    hideTones: (on) => send("hideTones", Boolean(on)),
};

publish({
    str2bytes, bytes2str, base64_encode, base64_decode, bytes2hex, hex2bytes, levenshtein_distance, getLocalTime, Crypto,
    PhoneNumber, uuidgen, Logger, trace: (value) => send("Log", show(value)), md5: Crypto.md5, sha1: Crypto.sha1,
    sha256: Crypto.sha256,
});
