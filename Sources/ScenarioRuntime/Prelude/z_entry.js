// Namespaces of later versions: reading a member says so instead of answering undefined.
const absent = (name) => new Proxy({}, { get: (_, member) => unavailable(`${name}.${String(member)}`) });
for (const name of ["PhoneNumber", "CallList", "IVR", "AMD", "VoximplantAPI", "OpenAI", "Gemini", "ElevenLabs"]) {
    publish({ [name]: absent(name) });
}
publish({
    IVRState: function IVRState() { unavailable("IVRState"); },
    WebSocket: function WebSocket() { unavailable("WebSocket"); },
});

// One event of the platform.
function deliver(text) {
    const message = parseJSON(text);
    if (message.ids) spareCallIDs.push(...message.ids);
    try {
        switch (message.k) {
        case "call": return callEvent(message.id, message.e);
        case "app": return void applicationEvent(message.e);
        case "timer": return timerFired(message.id);
        case "http": return requestFinished(message.id, message.r);
        case "storage": return storageFinished(message.id, message.r, message.error);
        case "request": return controlRequest(message.id, message.e);
        }
    } catch (error) {
        fail(error);
    }
}

return [deliver, finish, fail, (promise, reason) => fail(reason)];
