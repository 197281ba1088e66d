// Collects an extension: the first digit ends the greeting, a pause after the last one (or '#') ends the number.
class Extension {
    constructor(call) {
        this.digits = '';
        this.begun = new Promise((resolve) => { this.begin = resolve; });
        this.complete = new Promise((resolve) => { this.finish = resolve; });
        this.listener = (event) => this.receive(event.tone);
        this.call = call;
        call.addEventListener(CallEvents.ToneReceived, this.listener);
    }

    receive(tone) {
        if (/^\d$/.test(tone)) this.digits += tone;
        this.begin();
        if (tone === '#' || this.digits.length >= EXTENSION_LENGTH) this.finish();
        else this.restartPause();
    }

    restartPause() {
        clearTimeout(this.timer);
        this.timer = setTimeout(this.finish, EXTENSION_PAUSE * 1000);
    }

    stop() {
        clearTimeout(this.timer);
        this.call.removeEventListener(CallEvents.ToneReceived, this.listener);
    }
}

// Plays the greeting and gives the dialled extension, '' when there is none.
async function greet(caller, settings) {
    if (settings.MELODY_WELCOME_ENABLE !== 'Y' || !settings.MELODY_WELCOME) return '';
    if (settings.DIRECT_CODE !== 'Y') {
        await caller.play(settings.MELODY_WELCOME);
        return '';
    }
    const extension = new Extension(caller.call);
    const played = caller.play(settings.MELODY_WELCOME, extension.begun);
    caller.call.handleTones(true, DTMFType.ALL);
    await played;
    caller.call.stopPlayback();
    extension.restartPause();
    await caller.until(extension.complete);
    extension.stop();
    caller.call.handleTones(false);
    Log.block(`Direct code is: ${extension.digits || 'none'}`);
    return extension.digits;
}
