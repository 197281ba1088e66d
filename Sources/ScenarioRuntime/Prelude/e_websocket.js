const sockets = new Map();

let noteSocket;

// A connection to a server that texts and sound go over. Its events come to listeners and to the on… members alike.
class WebSocket extends MediaUnit {
    #facts;

    constructor(key, id, url) {
        super(key, id, "WebSocket", "VoxEngine.createWebSocket");
        this.#facts = { url, state: WebSocketReadyState.CONNECTING };
    }

    get readyState() { return this.#facts.state; }
    get url() { return this.#facts.url; }

    static {
        noteSocket = (socket, event) => {
            if (event.name === WebSocketEvents.OPEN) socket.#facts.state = WebSocketReadyState.OPEN;
            if (event.name === WebSocketEvents.CLOSE) socket.#facts.state = WebSocketReadyState.CLOSED;
        };
    }

    send(text) {
        if (typeof text !== "string") throw new TypeError(`WebSocket.send: the text must be a string, ${kindOf(text)} was given`);
        if (this.#facts.state === WebSocketReadyState.CONNECTING) {
            throw new Error("WebSocket.send: the connection is not open yet; wait for WebSocketEvents.OPEN");
        }
        if (this.#facts.state !== WebSocketReadyState.OPEN) return warn("WebSocket.send: the connection is closed.");
        if (text.length * 3 > 65536 && utf8Length(text) > 65536) {
            throw new LimitError("WEBSOCKET_TEXT", 65536, "WebSocket.send: the text is longer than 65536 bytes");
        }
        send("SendMessageWebSocket", this.id(), text);
    }

    // Without a code the connection ends normally (1000).
    close(code, reason) {
        const status = wholeNumber(code, 1000, 1000, 4999, "WebSocket.close: the code");
        if (this.#facts.state >= WebSocketReadyState.CLOSING) return;
        this.#facts.state = WebSocketReadyState.CLOSING;
        send("DestroyWebSocket", this.id(), status, reason === undefined || reason === null ? "" : String(reason).slice(0, 120));
    }

    // Drops the server's sound that has not been played: all of it, or that of {tag}.
    clearMediaBuffer(parameters) {
        const { tag } = optionsOf(parameters, "clearMediaBuffer");
        send("ClearMediaBuffer", this.id(), optionalText(tag));
    }
}

Object.assign(WebSocket.prototype, {
    onopen: null, onclose: null, onerror: null, onmessage: null, oncreated: null, onmediastarted: null,
    onmediaended: null,
});

// createWebSocket(url, {protocols, headers: [{name, value}], ...}).
function createWebSocket(url, options) {
    const p = optionsOf(options, "createWebSocket");
    const address = requiredText(url, "createWebSocket: the URL");
    if (!/^wss?:\/\/[^/]/i.test(address)) throw new RangeError("createWebSocket: the URL must begin with ws:// or wss://");
    if (sockets.size >= 10) {
        throw new LimitError("WEBSOCKETS", 10, "Exceeded the WebSocket connection count limit: 10 connections are open!");
    }
    const headers = Array.isArray(p.headers)
        ? headerFields(p.headers.map((field) => isDictionary(field) ? `${field.name}: ${field.value}` : field))
        : headerFields(p.headers);
    const protocols = [].concat(p.protocols === undefined || p.protocols === null ? [] : p.protocols).map(String);
    const socket = new WebSocket(maker, newID(), address);
    sockets.set(socket.id(), socket);
    send("CreateWebSocket", socket.id(), address, { headers, protocols });
    return socket;
}

const socketMembers = {
    [WebSocketEvents.OPEN]: "onopen", [WebSocketEvents.CLOSE]: "onclose", [WebSocketEvents.ERROR]: "onerror",
    [WebSocketEvents.MESSAGE]: "onmessage", [WebSocketEvents.CREATED]: "oncreated",
    [WebSocketEvents.MEDIA_STARTED]: "onmediastarted", [WebSocketEvents.MEDIA_ENDED]: "onmediaended",
};

function socketEvent(id, event) {
    const socket = sockets.get(id);
    if (!socket) return;
    if (event.name === WebSocketEvents.CLOSE) sockets.delete(id);
    event.id = id;
    event.websocket = socket;
    noteSocket(socket, event);
    const member = socket[socketMembers[event.name]];
    if (typeof member === "function") member.call(socket, event);
    emit(socket, event.name, event);
}

publish({ WebSocket });
