// Joins an incoming and an outgoing leg: what happens to one is told to the other, the session ends with either.
function easyProcess(call1, call2, onEstablished, direct) {
    const established = optionalFunction(onEstablished, "easyProcess: onEstablished");
    factsOf(call1, "easyProcess: call1");
    factsOf(call2, "easyProcess: call2");
    sendMediaBetween(call1, call2);
    call2.addEventListener(CallEvents.Ringing, () => call1.ring());
    call2.addEventListener(CallEvents.AudioStarted, (e) => call1.startEarlyMedia(null, e.scheme));
    call2.addEventListener(CallEvents.Connected, (e) => {
        const parameters = { displayName: e.displayName };
        if (direct) call1.answerDirect(call2, e.headers, parameters);
        else call1.answer(e.headers, parameters);
    });
    if (established) call1.addEventListener(CallEvents.Connected, () => established(call1, call2));
    forward(call1, call2);
    forward(call2, call1);
}

// What one leg reports is done to the other.
function forward(from, to) {
    const takesReInvites = () => to.clientType() !== "pstn";
    from.addEventListener(CallEvents.MessageReceived, (e) => to.sendMessage(e.text));
    from.addEventListener(CallEvents.InfoReceived, (e) => to.sendInfo(e.mimeType, e.body, e.headers));
    from.addEventListener(CallEvents.ReInviteReceived, (e) => {
        if (takesReInvites()) to.reInvite(e.headers, e.mimeType, e.body);
        else if (e.mimeType === "application/json") from.acceptReInvite(e.headers, "application/sdp", "");
    });
    from.addEventListener(CallEvents.ReInviteAccepted, (e) => {
        if (takesReInvites()) to.acceptReInvite(e.headers, e.mimeType, e.body);
    });
    from.addEventListener(CallEvents.ReInviteRejected, (e) => {
        if (takesReInvites()) to.rejectReInvite(e.headers, { code: e.code, reason: e.reason });
    });
    from.addEventListener(CallEvents.Failed, terminate);
    from.addEventListener(CallEvents.Disconnected, terminate);
}

function forwardCallToUser(onEstablished, video) {
    optionalFunction(onEstablished, "forwardCallToUser: onEstablished");
    application.addEventListener(AppEvents.CallAlerting, (e) => {
        easyProcess(e.call, callUser(e.destination, e.callerid, e.displayName, null, video), onEstablished);
    });
}

function forwardCallToUserDirect(onEstablished) {
    optionalFunction(onEstablished, "forwardCallToUserDirect: onEstablished");
    application.addEventListener(AppEvents.CallAlerting, (e) => {
        const call = callUserDirect(e.call, e.destination, { callerid: e.callerid, displayName: e.displayName });
        easyProcess(e.call, call, onEstablished, true);
    });
}

function forwardCallToSIP(onEstablished, video) {
    optionalFunction(onEstablished, "forwardCallToSIP: onEstablished");
    application.addEventListener(AppEvents.CallAlerting, (e) => {
        easyProcess(e.call, callSIP(e.toURI, e.callerid, e.displayName, null, null, null, video), onEstablished);
    });
}

function forwardCallToPSTN(numberTransform, onEstablished, options) {
    const transform = optionalFunction(numberTransform, "forwardCallToPSTN: numberTransform");
    optionalFunction(onEstablished, "forwardCallToPSTN: onEstablished");
    const p = optionsOf(options, "forwardCallToPSTN");
    application.addEventListener(AppEvents.CallAlerting, (e) => {
        const number = transform ? transform(e.destination) : e.destination;
        const call = callPSTN(number, p.callerid || e.callerid, { followDiversion: p.followDiversion });
        easyProcess(e.call, call, onEstablished);
    });
}

function playSoundAndHangup(fileURL) {
    requiredText(fileURL, "playSoundAndHangup: the URL");
    application.addEventListener(AppEvents.CallAlerting, (e) => {
        e.call.addEventListener(CallEvents.Connected, () => e.call.startPlayback(fileURL));
        for (const name of ["PlaybackFinished", "Failed", "Disconnected"]) {
            e.call.addEventListener(CallEvents[name], terminate);
        }
        e.call.answer();
    });
}

// An application event; an incoming leg gets its call first.
function applicationEvent(event) {
    if (event.name === AppEvents.Started) sessionData = event.customData || "";
    if (event.name === AppEvents.CallAlerting) {
        event.call = new Call(maker, {
            id: event.id, number: event.destination, callerid: event.callerid, displayName: event.displayName,
            incoming: true, state: "ALERTING", clientType: event.headers["VI-Client-Type"] || "sip", customData: "",
            headers: event.headers,
        });
        event.customData = "";
    }
    return emit(application, event.name, event);
}

// A limit that the script's own process has seen coming; the log shows it as an event from the script's side.
function limitReached(fields) {
    send("Log", `Sent event from JS onPhoneEvent with params ${formatJSON({ name: AppEvents.LimitReached, ...fields })}`);
    emit(application, AppEvents.LimitReached, { name: AppEvents.LimitReached, ...fields });
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
