const nothing = (name) => () => warn(`VoxEngine.${name} is not available on this platform.`);

const VoxEngine = {
    addEventListener: (event, handler) => application.addEventListener(event, handler),
    removeEventListener: (event, handler) => application.removeEventListener(event, handler),
    callUser, callUserDirect, callSIP, callPSTN, callConference, callWhatsappUser, sendMediaBetween, stopMediaBetween,
    customData, terminate, easyProcess, forwardCallToUser, forwardCallToUserDirect, forwardCallToSIP, forwardCallToPSTN,
    playSoundAndHangup, createURLPlayer, createTTSPlayer, createToneScriptPlayer, createToneScript: createToneScriptPlayer,
    createSequencePlayer, createRecorder, createConference, destroyConference, createWebSocket,
    createASR: (profile, dictionary) => new ASR(maker, isDictionary(profile) ? profile : { profile, dictionary }),
    createStreamingAgent: () => new StreamingAgent(maker),
    enqueueACDRequest, enqueueTask,
    // The control URL of a session takes requests only.
    allowWebSocketConnections() {
        const reason = "the platform takes no WebSockets from outside; let the scenario open them";
        warn(`VoxEngine.allowWebSocketConnections: ${reason}.`);
        emitLater(application, AppEvents.NewWebSocketFailed, { reason });
    },
    getSecretValue(name) {
        warn(`VoxEngine.getSecretValue: there is no secret ${show(name)}.`);
        return undefined;
    },
};

for (const name of [
    "enableStatisticsForIncomingWebsockets", "disableStatisticsForIncomingWebsockets",
    "enableTraceForIncomingWebsockets", "disableTraceForIncomingWebsockets",
]) {
    VoxEngine[name] = nothing(name);
}

// Every module is there from the beginning.
function require(module) {
    if (typeof module !== "string") {
        throw new TypeError(`require: the module must be a member of Modules, ${kindOf(module)} was given; is its name spelt right?`);
    }
}

publish({ VoxEngine, JSession: { close: terminate }, require });
