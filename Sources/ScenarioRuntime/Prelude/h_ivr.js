// Voice menus: states that play a prompt and wait for digits.
let currentMenu = null;

class IVRState {
    #name;
    #settings;
    #onInputComplete;
    #onInputTimeout;

    constructor(name, settings, onInputComplete, onInputTimeout) {
        const p = optionsOf(settings, "IVRState: the settings");
        this.#name = requiredText(name, "IVRState: the name");
        if (!["select", "inputfixed", "inputunknown", "noinput"].includes(p.type)) {
            throw new TypeError(`IVRState ${name}: the type must be select, inputfixed, inputunknown or noinput, ${show(p.type)} was given`);
        }
        if (p.type === "inputfixed") wholeNumber(p.inputLength, undefined, 1, 256, `IVRState ${name}: inputLength`);
        if (p.type === "select") optionsOf(p.nextStates, `IVRState ${name}: nextStates`);
        optionalFunction(p.inputValidator, `IVRState ${name}: inputValidator`);
        this.#settings = p;
        this.#onInputComplete = optionalFunction(onInputComplete, `IVRState ${name}: onInputComplete`);
        this.#onInputTimeout = optionalFunction(onInputTimeout, `IVRState ${name}: onInputTimeout`);
    }

    get name() { return this.#name; }
    get settings() { return this.#settings; }

    // Plays the prompt into the call and waits for what the type says.
    enter(call) {
        factsOf(call, "IVRState.enter");
        leaveMenu();
        const p = this.#settings;
        const menu = { call, input: "", timer: null, handlers: {}, state: this };
        currentMenu = menu;
        this.#listen(menu, CallEvents.PlaybackFinished, () => this.#promptFinished(menu));
        if (p.type !== "noinput") {
            call.handleTones(true, DTMFType.ALL);
            this.#listen(menu, CallEvents.ToneReceived, (e) => this.#toneReceived(menu, e.tone));
        }
        for (const end of [CallEvents.Disconnected, CallEvents.Failed]) this.#listen(menu, end, leaveMenu);
        const prompt = optionsOf(p.prompt, `IVRState ${this.#name}: prompt`);
        if (prompt.play) call.startPlayback(prompt.play);
        else if (prompt.say) call.say(prompt.say, prompt.lang);
        else this.#promptFinished(menu);
    }

    #listen(menu, event, handler) {
        menu.handlers[event] = handler;
        menu.call.addEventListener(event, handler);
    }

    #promptFinished(menu) {
        if (menu !== currentMenu) return;
        if (this.#settings.type === "noinput") this.#complete(menu, this.#settings.nextState);
        else if (menu.timer === null) this.#await(menu);
    }

    #await(menu) {
        if (menu.timer !== null) stopTimer(menu.timer);
        const milliseconds = wholeNumber(this.#settings.timeout, 5000, 0, 3600000, `IVRState ${this.#name}: timeout`);
        menu.timer = startTimer(() => {
            menu.timer = null;
            const { input } = menu;
            leaveMenu();
            if (this.#onInputTimeout) this.#onInputTimeout(input);
        }, milliseconds, false, "IVRState");
    }

    #toneReceived(menu, tone) {
        if (menu !== currentMenu) return;
        const p = this.#settings;
        menu.call.stopPlayback();
        if (p.type === "select") {
            // A digit that leads nowhere is not heard.
            if (p.nextStates[tone] === undefined) return this.#await(menu);
            menu.input = tone;
            return this.#complete(menu, p.nextStates[tone]);
        }
        const isEnd = p.type === "inputunknown" && tone === p.terminateOn;
        if (!isEnd) menu.input += tone;
        if (isEnd || this.#isComplete(menu.input)) this.#complete(menu, p.nextState);
        else this.#await(menu);
    }

    #isComplete(input) {
        const p = this.#settings;
        if (p.type === "inputfixed") return input.length >= p.inputLength;
        return typeof p.inputValidator === "function" && Boolean(p.inputValidator(input));
    }

    #complete(menu, next) {
        const { input, call } = menu;
        leaveMenu();
        if (this.#onInputComplete) this.#onInputComplete(input);
        // The handler may have entered another state.
        if (currentMenu === null && next instanceof IVRState) next.enter(call);
    }
}

function leaveMenu() {
    const menu = currentMenu;
    currentMenu = null;
    if (menu === null) return;
    if (menu.timer !== null) stopTimer(menu.timer);
    for (const event of Object.keys(menu.handlers)) menu.call.removeEventListener(event, menu.handlers[event]);
}

publish({ IVR: { reset: leaveMenu }, IVRState });
