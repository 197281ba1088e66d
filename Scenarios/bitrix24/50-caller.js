// The inbound leg: what is played to the caller, his recording, and the moment when he leaves.
class Caller {
    constructor(event) {
        this.call = event.call;
        this.id = event.call.id();
        const type = event.headers?.['VI-Client-Type'];
        this.isTest = event.callerid === 'test' && type === 'user';
        const plain = (value) => String(value ?? '').replace(/^\+(?=\d)/, '');
        this.destination = plain(event.destination);
        this.line = this.isTest ? 'test' : this.destination;
        this.number = plain(this.isTest ? event.displayName : event.callerid) || 'hidden';
        this.record = { url: '', active: false };
        this.end = null;
        this.left = new Promise((resolve) => {
            const leave = (end) => {
                this.end ??= end;
                resolve();
            };
            this.call.addEventListener(CallEvents.Disconnected, leave);
            this.call.addEventListener(CallEvents.Failed, leave);
        });
        this.audioStarted = this.next(CallEvents.AudioStarted);
    }

    next(event) {
        return new Promise((resolve) => {
            const once = (data) => {
                this.call.removeEventListener(event, once);
                resolve(data);
            };
            this.call.addEventListener(event, once);
        });
    }

    // The promise's value; throws CALLER_LEFT when the caller has left by then.
    async until(promise) {
        const value = await Promise.race([promise, this.left]);
        if (this.end) throw CALLER_LEFT;
        return value;
    }

    answer() {
        if (!this.answered && !this.end) this.call.answer();
        this.answered = true;
    }

    loop(url) {
        if (url) this.call.startPlayback(url, true);
        else this.call.playProgressTone('US');
    }

    // Plays to the natural end; a sound that cannot be played is a log line, the call goes on.
    async play(url, orUntil = new Promise(() => {})) {
        if (!url) return;
        const finished = this.next(CallEvents.PlaybackFinished);
        this.call.startPlayback(url, false);
        const event = await this.until(Promise.race([finished, orUntil]));
        if (event?.error) Log.block(`Sound cannot be played: ${url} ${event.error}`);
    }

    // Resolves when the recording runs (or has failed), at the latest after a second.
    async startRecording(stereo) {
        this.record.active = true;
        this.record.stopped = Promise.race([this.next(CallEvents.RecordStopped), this.next(CallEvents.RecordError)]);
        const started = this.next(CallEvents.RecordStarted).then((event) => { this.record.url = event.url; });
        this.call.record({ stereo });
        await atMost(1, Promise.race([started, this.record.stopped]));
    }

    async hangup() {
        if (!this.end) this.call.hangup();
        await this.left;
        throw CALLER_LEFT;
    }

    async reject(code) {
        if (!this.end) this.call.reject(code);
        await this.left;
        throw CALLER_LEFT;
    }
}
