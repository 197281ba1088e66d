const pendingRequests = new Map();
let lastRequest = 0;

class HttpRequestOptions {}

function query(url, params) {
    const pairs = [];
    for (const name of Object.keys(params)) {
        for (const value of [].concat(params[name])) pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
    }
    if (pairs.length === 0) return url;
    const [base, fragment] = url.split("#", 2);
    const joint = base.includes("?") ? (/[?&]$/.test(base) ? "" : "&") : "?";
    return base + joint + pairs.join("&") + (fragment === undefined ? "" : `#${fragment}`);
}

function seconds(value, maximum) {
    const number = Number(value);
    return number > 0 && number < maximum ? number : maximum;
}

function startRequest(url, options, finish) {
    const p = options === undefined || options === null ? {} : options;
    if (typeof p !== "object") throw new TypeError("Net.httpRequest: the options must be an object");
    if (pendingRequests.size >= 35) throw new LimitError("HTTP_REQUESTS", 35, "Exceeded the HTTP connection count limit!");
    const method = String(p.method || "GET").toUpperCase();
    const hasBody = ["POST", "PUT", "PATCH"].includes(method) && p.postData !== undefined && p.postData !== null;
    const isBytes = hasBody && typeof p.postData === "object" && typeof p.postData.length === "number";
    const id = ++lastRequest;
    pendingRequests.set(id, { finish });
    if (hasBody && p.enableSystemLog) send("Log", `Request ${method} ${url}: ${isBytes ? bytes2str(p.postData) : p.postData}`);
    send("http", id, p.params ? query(String(url), p.params) : String(url), {
        method, headers: headerFields(p.headers), raw: Boolean(p.rawOutput),
        body: !hasBody ? null : isBytes ? base64_encode(p.postData) : String(p.postData),
        base64: isBytes, timeout: seconds(p.timeout, 90), connect: seconds(p.connectionTimeout, 6),
    });
}

function requestFinished(id, result) {
    const request = pendingRequests.get(id);
    if (!request) return;
    pendingRequests.delete(id);
    if (typeof result.data === "string") result.data = base64_decode(result.data);
    if (result.headers) {
        result.raw_headers = result.headers.map((field) => `${field.key}: ${field.value}\r\n`).join("");
    }
    request.finish(result);
}

const pendingMails = new Map();
let lastMail = 0;

function addresses(value, what) {
    const list = value === undefined || value === null ? [] : [].concat(value).map((address) => String(address).trim());
    for (const address of list) {
        if (!/^[^\s<>,;]+@[^\s<>,;]+$/.test(address)) throw new TypeError(`Net.sendMail: ${what} must hold addresses, ${show(address)} was given`);
    }
    return list;
}

function startMail(server, from, to, title, body, options, finish) {
    const p = optionsOf(options, "Net.sendMail");
    const receivers = addresses(to, "to");
    if (receivers.length === 0) throw new TypeError("Net.sendMail: to is missing");
    const message = {
        server: requiredText(server, "Net.sendMail: the server"), from: addresses(from, "from")[0] || "", to: receivers,
        cc: addresses(p.cc, "cc"), bcc: addresses(p.bcc, "bcc"), title: optionalText(title) || "",
        body: optionalText(body) || "", html: optionalText(p.html), login: optionalText(p.login),
        password: optionalText(p.password), port: wholeNumber(p.port, 25, 1, 65535, "Net.sendMail: the port"),
    };
    if (receivers.length + message.cc.length + message.bcc.length > 100) {
        throw new LimitError("MAIL_RECEIVERS", 100, "Net.sendMail: 100 receivers at most");
    }
    if (pendingMails.size >= 10) throw new LimitError("MAILS", 10, "Exceeded the SMTP connection count limit!");
    const id = ++lastMail;
    pendingMails.set(id, finish);
    send("SendMail", id, message);
}

function mailFinished(id, result) {
    const finish = pendingMails.get(id);
    pendingMails.delete(id);
    if (finish) finish(result);
}

publish({
    Net: {
        HttpRequestOptions,
        httpRequest(url, callback, options) {
            startRequest(url, options, requiredFunction(callback, "Net.httpRequest: the callback"));
        },
        httpRequestAsync(url, options) {
            return new Promise((resolve) => startRequest(url, options, resolve));
        },
        sendMail(server, from, to, title, body, callback, options) {
            const finish = optionalFunction(callback, "Net.sendMail: the callback") || (() => {});
            startMail(server, from, to, title, body, options, finish);
        },
        sendMailAsync(server, from, to, title, body, options) {
            return new Promise((resolve) => startMail(server, from, to, title, body, options, resolve));
        },
    },
});

const pendingStorage = new Map();
let lastStorage = 0;

function storageRequest(operation, ...values) {
    return new Promise((resolve, reject) => {
        const id = ++lastStorage;
        pendingStorage.set(id, { resolve, reject });
        send("storage", id, operation, ...values);
    });
}

function storageFinished(id, { r: result, error, limit, allowed }) {
    const request = pendingStorage.get(id);
    if (!request) return;
    pendingStorage.delete(id);
    if (limit !== undefined) request.reject(new LimitError(limit, allowed, error));
    else if (error !== undefined) request.reject(new Error(error));
    else request.resolve(result);
}

function storageKey(key) {
    const text = requiredText(key, "ApplicationStorage: the key");
    if (text.length > 200) {
        throw new LimitError("STORAGE_KEY", 200, `ApplicationStorage: the key has ${text.length} characters, 200 are allowed`);
    }
    return text;
}

publish({
    ApplicationStorage: {
        get: async (key) => storageRequest("get", storageKey(key)),
        put: async (key, value, ttl) => {
            const text = String(value);
            if (text.length > 2000) {
                throw new LimitError(
                    "STORAGE_VALUE", 2000, `ApplicationStorage.put: the value has ${text.length} characters, 2000 are allowed`);
            }
            const time = ttl === undefined || ttl === null ? 7776000 : Number(ttl);
            if (!Number.isInteger(time) || time < 0 || time > 7776000) {
                throw new RangeError(`ApplicationStorage.put: the time to live must be 0 to 7776000 s, ${String(ttl)} was given`);
            }
            return storageRequest("put", storageKey(key), text, time);
        },
        remove: async (key) => storageRequest("remove", storageKey(key)),
        keys: async (pattern, count) => {
            const most = count === undefined || count === null ? 1000 : Number(count);
            if (!Number.isInteger(most) || most < 1 || most > 1000) {
                throw new RangeError(`ApplicationStorage.keys: the count must be 1 to 1000, ${String(count)} was given`);
            }
            return storageRequest("keys", optionalText(pattern), most);
        },
    },
});
