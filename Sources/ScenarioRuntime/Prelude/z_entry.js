// One event of the platform.
function deliver(text) {
    const message = parseJSON(text);
    // What a session knows before its scenarios are evaluated.
    if (message.k === "data") return void (sessionData = message.data);
    if (rehearsedTime === null) global[rehearsalKey] = undefined;
    else if (message.now) rehearsedTime = message.now;
    if (message.ids) spareCallIDs.push(...message.ids);
    try {
        switch (message.k) {
        case "call": return callEvent(message.id, message.e);
        case "app": return void applicationEvent(message.e);
        case "limit": return limitReached(message.e);
        case "timer": return timerFired(message.id);
        case "unit": return unitEvent(message.id, message.e);
        case "socket": return socketEvent(message.id, message.e);
        case "mail": return mailFinished(message.id, message.r);
        case "http": return requestFinished(message.id, message.r);
        case "storage": return storageFinished(message.id, message);
        case "request": return controlRequest(message.id, message.e);
        }
    } catch (error) {
        fail(error);
    }
}

return [deliver, finish, fail, (promise, reason) => fail(reason)];
