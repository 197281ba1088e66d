// One routing step: an employee's desk phone rings at once, his browser when the portal says that it is ready.
//
// `run` resolves once, to `{leg}` of who answered, `{next: true}`, or `{answer}` when the portal decided otherwise.
class Attempt {
    constructor(caller, answer, settings) {
        this.caller = caller;
        this.answer = answer;
        this.userID = String(answer.USER_ID);
        this.ringSeconds = Number(settings.QUEUE_TIME) * RING_SIGNAL;
        this.legs = [];
        this.waits = 0;
        this.result = new Promise((resolve) => { this.resolve = resolve; });
    }

    run() {
        this.giveUpIn(this.ringSeconds);
        if (this.answer.USER_HAVE_PHONE === 'Y') this.ring(`phone${this.userID}`, 'PHONE', 'Send invite to');
        if (this.answer.RING_BROWSER) this.ring(`user${this.userID}`, 'WEBRTC', 'Connect to');
        return this.result;
    }

    ring(username, device, action) {
        Log.block(`Action: ${action} ${username}`, `from number: ${this.caller.destination}`);
        const call = VoxEngine.callUser(username, this.caller.number);
        const leg = { call, device, userID: this.userID, external: false };
        this.legs.push(leg);
        Attempt.started += 1;
        call.addEventListener(CallEvents.Connected, () => this.answered(leg));
        call.addEventListener(CallEvents.Failed, (event) => this.failed(leg, event.code));
    }

    answered(leg) {
        if (this.over) return leg.call.hangup();
        this.settle({ leg });
    }

    // A refusal is the employee's word; a device that is not there leaves the call to his other device.
    failed(leg, code) {
        this.legs = this.legs.filter((other) => other !== leg);
        if (this.over) return;
        if (code === 486 || code === 600 || code === 603) return this.settle({ next: true });
        if (this.legs.length > 0) return;
        const portalMayStillAnswer = leg.device === 'PHONE' && !this.answer.RING_BROWSER;
        if (!portalMayStillAnswer) this.settle({ next: true });
        else if (this.waits === 0) this.giveUpIn(RING_SIGNAL);
    }

    // A command of the portal for this employee.
    command(command) {
        if (this.over || String(command.OPERATOR_ID ?? this.userID) !== this.userID) return;
        switch (command.COMMAND) {
        case 'wait': return this.browserWaits();
        case 'user': return this.browserIsReady(command);
        case 'queue': return this.settle({ next: true });
        case 'pstn':
        case 'voicemail':
        case 'hungup': return this.settle({ answer: { USER_ID: this.userID, ...command } });
        }
    }

    // The first `wait` says that a browser shows the call, the second that the employee has clicked to answer: he is
    // not given up while his browser gets ready.
    browserWaits() {
        this.waits += 1;
        if (this.waits === 1 && this.legs.length === 0) this.giveUpIn(this.ringSeconds);
        if (this.waits === 2) this.giveUpIn(Math.max(ANSWER_GRACE, (this.deadline - Date.now()) / 1000));
    }

    browserIsReady(command) {
        const ringsAlready = this.legs.some((leg) => leg.device === 'WEBRTC');
        if (ringsAlready || String(command.USER_ID ?? this.userID) !== this.userID) return;
        this.giveUpIn(Math.max(ANSWER_GRACE, (this.deadline - Date.now()) / 1000));
        this.ring(`user${this.userID}`, 'WEBRTC', 'Connect to');
    }

    giveUpIn(seconds) {
        clearTimeout(this.timer);
        this.deadline = Date.now() + seconds * 1000;
        this.timer = setTimeout(() => this.settle({ next: true }), seconds * 1000);
    }

    settle(result) {
        if (this.over) return;
        this.over = true;
        clearTimeout(this.timer);
        for (const leg of this.legs) {
            if (leg === result.leg) continue;
            // 302 tells the device that somebody else has answered, so that it shows no missed call.
            if (result.leg) leg.call.decline(302);
            else leg.call.hangup();
        }
        this.resolve(result);
    }
}
Attempt.started = 0;

// Forwards to a telephone number; resolves to the leg when it is answered, else to null.
function forward(caller, settings, number, userID) {
    const digits = String(number ?? '').replace(/[^\d+*#]/g, '');
    if (digits === '') return Promise.resolve(null);
    Log.block(`Action: Forward to ${digits}`, `from number: ${caller.destination}`);
    const line = settings.FORWARD_LINE;
    const call = line?.SIP_SERVER
        ? VoxEngine.callSIP(`sip:${digits}@${line.SIP_SERVER}`, {
            callerid: line.SIP_LOGIN, authUser: line.SIP_LOGIN, password: line.SIP_PASSWORD,
        })
        : VoxEngine.callPSTN(digits, caller.isTest ? settings.PHONE_NAME : caller.destination);
    Attempt.started += 1;
    const leg = { call, device: 'PHONE', userID: String(userID ?? ''), external: true };
    const result = new Promise((resolve) => {
        call.addEventListener(CallEvents.Connected, () => (caller.end ? call.hangup() : resolve(leg)));
        call.addEventListener(CallEvents.Failed, () => resolve(null));
    });
    let isPending = true;
    result.then(() => { isPending = false; });
    caller.left.then(() => { if (isPending) call.hangup(); });
    return result;
}
