// The conversation: media between both legs, recording, hold, and the figures for the history.
class Talk {
    constructor(caller, leg, settings) {
        this.caller = caller;
        this.leg = leg;
        this.settings = settings;
        this.begun = Date.now();
        this.held = false;
        this.isOver = false;
        this.meters = { sum: 0, count: 0 };
    }

    get quality() { return this.meters.count === 0 ? 0 : Math.round(this.meters.sum / this.meters.count); }

    // Joins the legs; resolves when the employee's leg has ended.
    run() {
        const { call } = this.leg;
        const ended = new Promise((resolve) => call.addEventListener(CallEvents.Disconnected, resolve));
        call.addEventListener(CallEvents.MessageReceived, (event) => this.message(event.text));
        call.addEventListener(CallEvents.OnHold, () => this.hold());
        call.addEventListener(CallEvents.OffHold, () => this.unhold());
        VoxEngine.sendMediaBetween(call, this.caller.call);
        this.report().catch((error) => Log.block(`Start of the call was not reported: ${error}`));
        return ended;
    }

    async report() {
        const recorded = this.settings.RECORDING === 'Y';
        if (recorded) await this.caller.startRecording(this.settings.RECORDING_STEREO === 'Y');
        const fields = {
            COMMAND: 'StartCall', CALL_ID: this.caller.id, CALL_DEVICE: this.leg.device,
            EXTERNAL: this.leg.external ? 'Y' : 'N', USER_ID: this.leg.userID,
        };
        Log.block(`Send CallStart: ${form(fields)}`);
        Controller.post(fields, 8);
        const { url } = this.caller.record;
        if (recorded) Log.block(url ? `Start recording call: ${url}` : 'Recording could not be started');
    }

    // A text of the employee's browser.
    message(source) {
        Log.block(`Get command from B24 user: ${source}`);
        const command = readCommand(source);
        if (command === null) return;
        if (command.COMMAND === 'meter' && command.PERCENT >= 0 && command.PERCENT <= 100) {
            this.meters.sum += command.PERCENT;
            this.meters.count += 1;
        }
        this.command(command);
    }

    command(command) {
        if (command.COMMAND === 'hold') this.hold();
        if (command.COMMAND === 'unhold') this.unhold();
        if (command.COMMAND === 'hungup') this.leg.call.hangup();
    }

    hold() {
        if (this.held || this.caller.end) return;
        this.held = true;
        VoxEngine.stopMediaBetween(this.caller.call, this.leg.call);
        this.caller.call.stopPlayback();
        if (this.settings.MELODY_HOLD) this.caller.call.startPlayback(this.settings.MELODY_HOLD, true);
    }

    unhold() {
        if (!this.held || this.caller.end) return;
        this.held = false;
        this.leg.call.stopPlayback();
        this.caller.call.stopPlayback();
        VoxEngine.sendMediaBetween(this.caller.call, this.leg.call);
    }
}

// A command from outside as an object, null (and a log line) when it is none.
function readCommand(source) {
    try {
        const command = JSON.parse(source);
        if (typeof command?.COMMAND === 'string') return command;
    } catch (error) { /* the line below says it */ }
    Log.block('Command is not understood: it must be a JSON object with COMMAND');
    return null;
}
