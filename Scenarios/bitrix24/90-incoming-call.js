// Not the scenario's fault: nobody could tell how the line is set.
const NO_SETTINGS = new Error('no settings of the line');

// One incoming call from its first ring-back tone to its history.
class IncomingCall {
    constructor(application, event) {
        this.application = application;
        this.event = event;
        this.caller = new Caller(event);
        this.begun = Date.now();
        this.settings = null;
        this.talk = null;
        this.attempt = null;
        this.userID = '';
        this.verdict = MISSED;
        this.isKnown = true;
        this.isAtFault = false;
    }

    async run() {
        try {
            await this.begin();
            await this.prepare();
            await this.route();
        } catch (error) {
            if (error !== CALLER_LEFT) await this.apologise(error);
        }
        await this.finish();
    }

    // The log tells the dialled number after AudioStarted: it shows whether the caller heard the tone by then.
    async begin() {
        const { caller, event } = this;
        VoxEngine.customData(caller.id);
        caller.call.startEarlyMedia();
        caller.call.playProgressTone('US');
        Log.block(`Start INCOMING scenario (version: ${SCENARIO_VERSION})`);
        Log.open();
        Log.write(
            'Pure variables', `Call scenario user: ${this.application.userId}`, `Call callerId: ${event.callerid}`);
        await atMost(1, Promise.race([caller.audioStarted, caller.left]));
        Log.write(
            `Call destination: ${event.destination}`, `Call displayName: ${event.displayName}`,
            `Call number/destination: ${caller.destination}`);
        Log.close();
    }

    // Settings and the checks that need no answered call, then the answer.
    async prepare() {
        const { caller } = this;
        const loaded = await caller.until(loadSettings(caller.line, {
            COMMAND: 'IncomingGetConfig', PHONE_NUMBER: caller.destination, ACCOUNT_SEARCH_ID: caller.line,
            CALLER_ID: caller.number, CALL_ID: caller.id, ACCESS_URL: this.application.accessURL,
        }));
        if (loaded.refusal === 'LICENCE_ENDED') throw NO_LICENCE;
        if (loaded.refusal !== undefined) return this.refuseLine(`Line is refused: ${loaded.refusal}`);
        if (!loaded.settings) throw NO_SETTINGS;
        this.settings = loaded.settings;
        this.logSettings();
        if (isSwitchedOff(this.settings, new Date())) return this.refuseLine('Line is switched off');
        if (isBlacklisted(this.settings, caller.number)) {
            Log.block('Caller is in the blacklist');
            this.verdict = IN_BLACKLIST;
            return caller.reject(423);
        }
        if (!isWorkTime(this.settings, new Date())) return this.offHours();
        Log.write('Call in correct worktime');
        Log.close();
        caller.answer();
    }

    logSettings() {
        const { caller, settings } = this;
        const names = settings.WORKTIME_ENABLE === 'Y' ? [...SHOWN_FIELDS, ...SHOWN_WORKTIME_FIELDS] : SHOWN_FIELDS;
        const shown = names.map((name) => `${name}: ${settings[name]}`).join('   /   ');
        Log.block('Get B24 config:', shown, 'PORTAL_SIGN: -hidden-');
        Log.block(
            `Call type is: ${caller.isTest ? 'TEST CALL' : 'INCOMING CALL'}`, `Phone number: ${caller.destination}`,
            `Call to: ${caller.number}`);
    }

    async refuseLine(reason) {
        Log.block(reason);
        this.isKnown = false;
        await this.caller.reject(404);
    }

    async offHours() {
        const { caller, settings } = this;
        Log.write(`Call out of worktime, rule: ${settings.WORKTIME_DAYOFF_RULE}`);
        Log.close();
        const { WORKTIME_DAYOFF_RULE: rule, WORKTIME_DAYOFF_MELODY: melody } = settings;
        if (rule === 'hungup' && !melody) await caller.reject(480);
        caller.answer();
        if (rule === 'voicemail' && settings.VOICEMAIL === 'Y') await this.voicemail('', melody);
        await caller.play(melody);
        if (rule === 'pstn_specific') {
            caller.loop(settings.MELODY_WAIT);
            await this.connect({ COMMAND: 'pstn', PHONE_NUMBER: settings.WORKTIME_DAYOFF_NUMBER, USER_ID: '' });
        }
        await caller.hangup();
    }

    // Greeting, then the controller's steps one after another until somebody talks or the caller is sent away.
    async route() {
        const { caller, settings } = this;
        const extension = await greet(caller, settings);
        caller.loop(settings.MELODY_WAIT);
        this.routing = new Routing(caller, settings, this.application.accessURL);
        let answer = await caller.until(this.routing.first(extension));
        const limit = Date.now() + LONGEST_ROUTING * 1000;
        while (Attempt.started < MOST_LEGS && Date.now() < limit) {
            if (answer.COMMAND === 'wait') {
                const result = await this.ring(answer);
                answer = result.answer ?? await caller.until(this.routing.next(answer));
            } else if (answer.COMMAND === 'queue' || answer.COMMAND === 'talk') {
                await caller.until(pause(REASK_PAUSE));
                answer = await caller.until(this.routing.next(answer));
            } else {
                await this.connect(answer);
            }
        }
        Log.block('Nobody has answered within the limits of a call');
        await this.voicemail(this.userID, settings.MELODY_VOICEMAIL);
    }

    async ring(answer) {
        const attempt = new Attempt(this.caller, answer, this.settings);
        this.attempt = attempt;
        this.userID = attempt.userID;
        const result = await this.caller.until(attempt.run());
        if (result.leg) await this.converse(result.leg);
        return result;
    }

    // The last step of a route; it never returns, the caller's leaving ends it.
    async connect(answer) {
        const { caller, settings } = this;
        this.userID = String(answer.USER_ID || this.userID);
        if (answer.COMMAND === 'pstn') {
            const leg = await caller.until(forward(caller, settings, answer.PHONE_NUMBER, this.userID));
            if (leg) await this.converse(leg);
        }
        if (answer.COMMAND === 'hungup') await caller.hangup();
        await this.voicemail(this.userID, settings.MELODY_VOICEMAIL);
    }

    async converse(leg) {
        this.talk = new Talk(this.caller, leg, this.settings);
        await this.caller.until(this.talk.run());
        this.talk.isOver = true;
        await this.caller.hangup();
    }

    async voicemail(userID, melody) {
        const { caller, settings } = this;
        if (settings.VOICEMAIL !== 'Y') await caller.hangup();
        Log.block(`Action: Voicemail${userID ? ` of user ${userID}` : ''}`);
        caller.call.stopPlayback();
        await caller.play(melody || settings.MELODY_VOICEMAIL);
        await caller.startRecording(false);
        await caller.until(pause(LONGEST_VOICEMAIL));
        await caller.hangup();
    }

    // Something that no rule of the line covers: the caller hears a sentence instead of silence.
    async apologise(error) {
        Log.block(`Call cannot be handled: ${error}`);
        this.isAtFault = error !== NO_SETTINGS && error !== NO_LICENCE;
        if (this.caller.end) return;
        try {
            this.attempt?.settle({ next: true });
            this.caller.answer();
            const spoken = this.caller.next(CallEvents.PlaybackFinished);
            this.caller.call.say(APOLOGY);
            await this.caller.until(atMost(20, spoken));
            await this.caller.hangup();
        } catch (reason) {
            if (reason !== CALLER_LEFT) Log.block(`Apology failed: ${reason}`);
        }
    }

    // A command of the portal to the session's control URL.
    command(source) {
        Log.block(`Get command from B24 portal: ${source}`);
        const command = readCommand(source);
        if (command === null || this.caller.end || this.talk?.isOver) return;
        if (this.talk) this.talk.command(command);
        else this.attempt?.command(command);
    }

    // Ends what still rings, reports the call, and closes the session when the recording is complete.
    async finish() {
        const { caller } = this;
        this.attempt?.settle({ next: true });
        if (this.talk && !this.talk.isOver) this.talk.leg.call.hangup();
        if (this.isKnown) {
            const fields = {
                COMMAND: 'HangupCall', PHONE_NUMBER: caller.destination, ACCOUNT_SEARCH_ID: caller.line,
                CALL_ID: caller.id, USER_ID: this.talk?.leg.userID ?? this.userID,
            };
            Log.block(`Send HangupCall: ${form(fields)}`);
            Controller.post(fields, 8);
            const recorded = caller.record.active ? atMost(10, caller.record.stopped) : null;
            await Promise.all([new History(this).send(), recorded]);
        }
        VoxEngine.terminate();
    }
}

// ---- Session ------------------------------------------------------------------------------------------------------

let application = {};
let incoming = null;

VoxEngine.addEventListener(AppEvents.Started, (event) => { application = event; });

VoxEngine.addEventListener(AppEvents.CallAlerting, (event) => {
    if (incoming !== null) return event.call.reject(486);
    incoming = new IncomingCall(application, event);
    incoming.run().catch((error) => {
        Log.block(`Scenario failed: ${error}`);
        VoxEngine.terminate();
    });
});

VoxEngine.addEventListener(AppEvents.HttpRequest, (event) => incoming?.command(event.content));
