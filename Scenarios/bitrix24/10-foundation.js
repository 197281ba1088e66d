// The incoming call of a portal's line, step by step, on the VoxEngine API.
//
// The files of this folder are one script: they are joined, a line break between them, in the order of their names
// (10-… to 90-…); the first uses nothing of a later one at load time. A file is one step of a call or one part of it.
//
// The controller puts these constants before the whole: CONTROLLER_URL (no slash at the end), PORTAL_ID,
// REQUEST_KEY (hexadecimal key of the direction scenario->controller), SCENARIO_VERSION.
//
// The way of a call: settings of the line, black list, working time, greeting with extension dialling, route from
// the controller, ringing, talk, history. `IncomingCall.run` reads like that list. A caller who hangs up makes every
// `await caller.until(…)` throw CALLER_LEFT, and `finish` reports the call exactly once, wherever it stood.

require(Modules.ApplicationStorage);

const RING_SIGNAL = 5;
const EXTENSION_PAUSE = 2;
const EXTENSION_LENGTH = 8;
const ANSWER_GRACE = 10;
const REASK_PAUSE = 5;
const MOST_LEGS = 45;
const LONGEST_ROUTING = 900;
const LONGEST_VOICEMAIL = 180;
const SETTINGS_LIFE = 86400;
const SETTINGS_COPY_LIFE = 7776000;
const HISTORY_RETRIES = [1, 3, 10];
const QUESTION_RETRY = 1;
// No connection, a connection that broke, or a server that is starting or ending: a moment later somebody may be there.
const PASSING_CODES = [-4, -6, 503];
const APOLOGY = 'We are sorry, this line cannot take your call at the moment. Please call again later.';
const CALLER_LEFT = Symbol('the caller has hung up');

const Log = {
    dashes: '-'.repeat(90),
    write(...lines) {
        for (const line of lines) Logger.write(String(line).replace(/[\r\n]+/g, ' ').slice(0, 10000));
    },
    open() { this.write('', this.dashes); },
    close() { this.write(this.dashes, ''); },
    block(...lines) {
        this.open();
        this.write(...lines);
        this.close();
    },
};

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const atMost = (seconds, promise) => Promise.race([promise, pause(seconds)]);
