// Queues of operators.
class ACDRequest extends Emitter {
    #id = newID();

    constructor(key) {
        if (key !== maker) throw new TypeError("ACDRequest cannot be constructed; use VoxEngine.enqueueACDRequest");
        super();
    }

    id() { return this.#id; }
    getStatus() { return "ERROR"; }
    cancel() {}
}

class SmartQueueTask extends Emitter {
    #facts;

    constructor(key, facts) {
        if (key !== maker) throw new TypeError("SmartQueueTask cannot be constructed; use VoxEngine.enqueueTask");
        super();
        this.#facts = facts;
    }

    get id() { return this.#facts.id; }
    get status() { return "ENDED"; }
    get clientCall() { return this.#facts.call; }
    get agentCall() { return undefined; }
    get settings() { return this.#facts.settings; }
    get terminationStatus() { return "ERROR"; }
    end() {}
}

function enqueueACDRequest(queueName, callerid, options) {
    requiredText(queueName, "enqueueACDRequest: the queue");
    optionsOf(options, "enqueueACDRequest");
    const request = new ACDRequest(maker);
    warn("VoxEngine.enqueueACDRequest is not available on this platform.");
    emitLater(request, ACDEvents.Error, { id: request.id(), error: "queues are not available on this platform" }, { request });
    return request;
}

function enqueueTask(options) {
    const settings = optionsOf(options, "enqueueTask");
    const task = new SmartQueueTask(maker, { id: newID(), call: settings.call, settings });
    warn("VoxEngine.enqueueTask is not available on this platform.");
    const fields = { id: task.id, type: "NOT_AVAILABLE", description: "queues are not available on this platform" };
    emitLater(task, SmartQueueEvents.Error, fields, { task });
    return task;
}

publish({ ACDRequest, SmartQueueTask });
