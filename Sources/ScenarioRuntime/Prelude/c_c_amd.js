// Whether a person or a machine has answered a call, by the length of the first words: no model of a language is at work,
// so models have names only, and there is no confidence.
class AnsweringMachineDetection extends Emitter {
    #timeout;

    constructor(key, parameters) {
        if (key !== maker) throw new TypeError("AnsweringMachineDetection cannot be constructed; use AMD.create");
        super();
        this.#timeout = wholeNumber(parameters.timeout, 6500, 100, 20000, "AMD.create: the timeout in ms");
    }

    get timeout() { return this.#timeout; }

    complete(call, resultClass) {
        emitLater(this, AMDEvents.DetectionComplete, { callId: call.id(), resultClass }, { amd: this, call });
    }
}

publish({
    AMD: {
        Events: AMDEvents, Model: ASRLanguage,
        ResultClass: { VOICEMAIL: "VOICEMAIL", HUMAN: "HUMAN", TIMEOUT: "TIMEOUT", CALL_ENDED: "CALL_ENDED" },
        create: (parameters) => new AnsweringMachineDetection(maker, optionsOf(parameters, "AMD.create")),
    },
});
