const application = new Emitter();
let sessionData = "";

function outgoing(kind, number, callerid, displayName) {
    return new Call(maker, {
        id: newID(), number, callerid: callerid || "", displayName: displayName || "", incoming: false,
        state: "PROGRESSING", clientType: kind, customData: "", headers: {},
    });
}

function optionalFlag(value) {
    return value === undefined || value === null ? null : Boolean(value);
}

// The detection of answering machines begins with the answer.
function noteWishes(method, options, call) {
    if (options.amd === undefined || options.amd === null) return;
    if (!(options.amd instanceof AnsweringMachineDetection)) {
        throw new TypeError(`${method}: amd must come from AMD.create, ${kindOf(options.amd)} was given`);
    }
    factsOf(call).amd = options.amd;
}

// callUser(username, callerid, displayName, headers, video, scheme) and callUser({username, callerid, ...}).
function callUser(first, callerid, displayName, headers, video) {
    const p = isDictionary(first) ? first : { username: first, callerid, displayName, extraHeaders: headers, video };
    const call = dialUser("CallUser", requiredText(p.username, "callUser: the user name"), p);
    noteWishes("callUser", p, call);
    return call;
}

function dialUser(command, username, p) {
    const call = outgoing("user", username, optionalText(p.callerid), optionalText(p.displayName));
    send(command, call.id(), {
        username, callerid: optionalText(p.callerid), displayName: optionalText(p.displayName),
        headers: headerFields(p.extraHeaders || p.headers), video: optionalFlag(p.video),
    });
    return call;
}

// callUserDirect(call, username, callerid, displayName, headers) and callUserDirect(call, username, {callerid, ...}).
function callUserDirect(incoming, username, second, displayName, headers) {
    factsOf(incoming, "callUserDirect");
    const p = isDictionary(second) ? second : { callerid: second, displayName, extraHeaders: headers };
    const call = dialUser("CallUserDirect", requiredText(username, "callUserDirect: the user name"), p);
    factsOf(call).isDirect = true;
    return call;
}

// callSIP(to, callerid, displayName, password, authUser, extraHeaders, video, outProxy) and callSIP(to, {callerid, ...}).
function callSIP(to, second, displayName, password, authUser, headers, video, outProxy) {
    const p = isDictionary(second)
        ? second : { callerid: second, displayName, password, authUser, headers, video, outProxy };
    const uri = requiredText(to, "callSIP: the address");
    const call = outgoing("sip", uri, optionalText(p.callerid), optionalText(p.displayName));
    const fields = {
        to: uri, callerid: optionalText(p.callerid), displayName: optionalText(p.displayName),
        password: optionalText(p.password), authUser: optionalText(p.authUser),
        headers: headerFields(p.headers || p.extraHeaders), video: optionalFlag(p.video),
        outProxy: optionalText(p.outProxy),
    };
    if (p.regId !== undefined && p.regId !== null) fields.regId = wholeNumber(p.regId, 0, 1, 2147483647, "callSIP: regId");
    send("CallSIP", call.id(), fields);
    noteWishes("callSIP", p, call);
    return call;
}

// callPSTN(number, callerid) and callPSTN(number, callerid, {amd, followDiversion}).
function callPSTN(number, callerid, options) {
    const p = optionsOf(options, "callPSTN");
    const digits = requiredText(number, "callPSTN: the number");
    const call = outgoing("pstn", digits, optionalText(callerid), null);
    send("CallPSTN", call.id(), {
        number: digits, callerid: optionalText(callerid), followDiversion: Boolean(p.followDiversion),
    });
    noteWishes("callPSTN", p, call);
    return call;
}

// callConference(conferenceId, callerid, displayName, headers, scheme) and callConference({conferenceId, ...}).
function callConference(first, callerid, displayName, headers) {
    const p = isDictionary(first) ? first : { conferenceId: first, callerid, displayName, extraHeaders: headers };
    const conference = requiredText(p.conferenceId, "callConference: the conference");
    const call = outgoing("conference", conference, optionalText(p.callerid), optionalText(p.displayName));
    send("CallConference", call.id(), {
        conferenceId: conference, callerid: optionalText(p.callerid), displayName: optionalText(p.displayName),
        headers: headerFields(p.extraHeaders || p.headers),
    });
    return call;
}

function callWhatsappUser(parameters) {
    const p = optionsOf(parameters, "callWhatsappUser");
    const number = requiredText(p.number, "callWhatsappUser: the number");
    const call = outgoing("wab", number, optionalText(p.callerid), null);
    send("CallWhatsappUser", call.id(), { number, callerid: optionalText(p.callerid) });
    return call;
}

function sendMediaBetween(first, second) {
    const ids = [unitID(first, "sendMediaBetween"), unitID(second, "sendMediaBetween")];
    send("SendMediaBetween", ...ids);
}

function stopMediaBetween(first, second) {
    const ids = [unitID(first, "stopMediaBetween"), unitID(second, "stopMediaBetween")];
    send("StopMediaBetween", ...ids);
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
