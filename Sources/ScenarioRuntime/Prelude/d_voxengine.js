const application = new Emitter();
let sessionData = "";

function outgoing(kind, number, callerid, displayName) {
    const id = spareCallIDs.length > 0 ? spareCallIDs.shift() : host("callID");
    return new Call(maker, {
        id, number, callerid: callerid || "", displayName: displayName || "", incoming: false, state: "PROGRESSING",
        clientType: kind, customData: "", headers: {},
    });
}

function optionalFlag(value) {
    return value === undefined || value === null ? null : Boolean(value);
}

// callUser(username, callerid, displayName, headers, video, scheme) and callUser({username, callerid, ...}).
function callUser(first, callerid, displayName, headers, video) {
    const p = isDictionary(first) ? first : { username: first, callerid, displayName, extraHeaders: headers, video };
    const username = requiredText(p.username, "callUser: the user name");
    const call = outgoing("user", username, optionalText(p.callerid), optionalText(p.displayName));
    send("CallUser", call.id(), {
        username, callerid: optionalText(p.callerid), displayName: optionalText(p.displayName),
        headers: headerFields(p.extraHeaders || p.headers), video: optionalFlag(p.video),
    });
    return call;
}

// callSIP(to, callerid, displayName, password, authUser, extraHeaders, video, outProxy) and callSIP(to, {callerid, ...}).
function callSIP(to, second, displayName, password, authUser, headers, video, outProxy) {
    const p = isDictionary(second)
        ? second : { callerid: second, displayName, password, authUser, headers, video, outProxy };
    if (p.regId !== undefined && p.regId !== null) unavailable("callSIP with regId");
    const uri = requiredText(to, "callSIP: the address");
    const call = outgoing("sip", uri, optionalText(p.callerid), optionalText(p.displayName));
    send("CallSIP", call.id(), {
        to: uri, callerid: optionalText(p.callerid), displayName: optionalText(p.displayName),
        password: optionalText(p.password), authUser: optionalText(p.authUser),
        headers: headerFields(p.headers || p.extraHeaders), video: optionalFlag(p.video),
        outProxy: optionalText(p.outProxy),
    });
    return call;
}

function callPSTN(number, callerid) {
    const digits = requiredText(number, "callPSTN: the number");
    const call = outgoing("pstn", digits, optionalText(callerid), null);
    send("CallPSTN", call.id(), { number: digits, callerid: optionalText(callerid) });
    return call;
}

function sendMediaBetween(first, second) {
    send("SendMediaBetween", Call.facts(first, "sendMediaBetween").id, Call.facts(second, "sendMediaBetween").id);
}

function stopMediaBetween(first, second) {
    send("StopMediaBetween", Call.facts(first, "stopMediaBetween").id, Call.facts(second, "stopMediaBetween").id);
}

function customData(value) {
    if (value !== undefined) {
        sessionData = String(value);
        send("SetCustomData", sessionData);
    }
    return sessionData;
}

function terminate() {
    if (closing === "no") closing = "wanted";
}

// Joins an incoming and an outgoing leg: what happens to one is told to the other, the session ends with either.
function easyProcess(call1, call2, onEstablished, direct) {
    if (direct) unavailable("easyProcess in direct mode");
    if (onEstablished !== undefined && onEstablished !== null) requiredFunction(onEstablished, "easyProcess: onEstablished");
    sendMediaBetween(call1, call2);
    call2.addEventListener(CallEvents.Ringing, () => call1.ring());
    call2.addEventListener(CallEvents.AudioStarted, () => call1.startEarlyMedia());
    call2.addEventListener(CallEvents.Connected, (e) => call1.answer(e.headers));
    if (onEstablished) call1.addEventListener(CallEvents.Connected, () => onEstablished(call1, call2));
    for (const [from, to] of [[call1, call2], [call2, call1]]) {
        from.addEventListener(CallEvents.MessageReceived, (e) => to.sendMessage(e.text));
        from.addEventListener(CallEvents.InfoReceived, (e) => to.sendInfo(e.mimeType, e.body, e.headers));
        from.addEventListener(CallEvents.Failed, terminate);
        from.addEventListener(CallEvents.Disconnected, terminate);
    }
}

function forwardCallToUser(onEstablished, video) {
    application.addEventListener(AppEvents.CallAlerting, (e) => {
        easyProcess(e.call, callUser(e.destination, e.callerid, e.displayName, null, video), onEstablished);
    });
}

function forwardCallToSIP(onEstablished, video) {
    application.addEventListener(AppEvents.CallAlerting, (e) => {
        easyProcess(e.call, callSIP(e.toURI, e.callerid, e.displayName, null, null, null, video), onEstablished);
    });
}

function forwardCallToPSTN(numberTransform, onEstablished, options) {
    application.addEventListener(AppEvents.CallAlerting, (e) => {
        const number = typeof numberTransform === "function" ? numberTransform(e.destination) : e.destination;
        const callerid = isDictionary(options) && options.callerid ? options.callerid : e.callerid;
        easyProcess(e.call, callPSTN(number, callerid), onEstablished);
    });
}

function playSoundAndHangup(fileURL) {
    application.addEventListener(AppEvents.CallAlerting, (e) => {
        e.call.addEventListener(CallEvents.Connected, () => e.call.startPlayback(fileURL));
        for (const name of ["PlaybackFinished", "Failed", "Disconnected"]) {
            e.call.addEventListener(CallEvents[name], terminate);
        }
        e.call.answer();
    });
}

const VoxEngine = {
    addEventListener: (event, handler) => application.addEventListener(event, handler),
    removeEventListener: (event, handler) => application.removeEventListener(event, handler),
    callUser, callSIP, callPSTN, sendMediaBetween, stopMediaBetween, customData, terminate, easyProcess,
    forwardCallToUser, forwardCallToSIP, forwardCallToPSTN, playSoundAndHangup,
};

for (const name of [
    "callUserDirect", "callConference", "callWhatsappUser", "createConference", "destroyConference", "createURLPlayer",
    "createTTSPlayer", "createToneScriptPlayer", "createToneScript", "createSequencePlayer", "createRecorder", "createASR",
    "createWebSocket", "createStreamingAgent", "allowWebSocketConnections", "enqueueACDRequest", "enqueueTask",
    "forwardCallToUserDirect", "getSecretValue", "enableStatisticsForIncomingWebsockets",
    "disableStatisticsForIncomingWebsockets", "enableTraceForIncomingWebsockets", "disableTraceForIncomingWebsockets",
]) {
    VoxEngine[name] = () => unavailable(`VoxEngine.${name}`);
}

publish({ VoxEngine, JSession: { close: terminate }, require: () => {} });

// An application event; an incoming leg gets its call first.
function applicationEvent(event) {
    if (event.name === AppEvents.Started) sessionData = event.customData || "";
    if (event.name === AppEvents.CallAlerting) {
        event.call = new Call(maker, {
            id: event.id, number: event.destination, callerid: event.callerid, displayName: event.displayName,
            incoming: true, state: "ALERTING", clientType: event.headers["VI-Client-Type"] || "sip", customData: "",
            headers: event.headers,
        });
    }
    return Emitter.emit(application, event.name, event);
}

// A request to the control URL: what the handler returns is the reply. A promise is waited for.
function controlRequest(id, event) {
    const reply = (value) => {
        if (value === undefined) send("reply", id, "", false);
        else if (typeof value === "string" || typeof value === "number") send("reply", id, String(value), false);
        else send("reply", id, show(value), true);
    };
    const value = applicationEvent(event);
    if (value instanceof Promise) value.then(reply);
    else reply(value);
}
