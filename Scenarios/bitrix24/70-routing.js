const isUserID = (value) => /^\d{1,12}$/.test(String(value ?? ''));

// Asks the controller where the call goes; without the controller the line's settings say it.
class Routing {
    constructor(caller, settings, accessURL) {
        this.caller = caller;
        this.settings = settings;
        this.accessURL = accessURL;
        this.tried = new Set();
    }

    lineFields(command) {
        return { COMMAND: command, PHONE_NUMBER: this.caller.destination, ACCOUNT_SEARCH_ID: this.caller.line };
    }

    async first(extension) {
        const source = await Controller.ask({
            ...this.lineFields('IncomingInvite'), CALL_ID: this.caller.id, CALLER_ID: this.caller.number,
            DIRECT_CODE: extension, ACCESS_URL: this.accessURL,
        }, 8);
        if (source !== null) Log.block(`Get B24 invite answer: ${source}`);
        return this.understand(source);
    }

    async next(last) {
        const source = await Controller.ask({
            ...this.lineFields('GetNextInQueue'), CALL_ID: this.caller.id, CALLER_ID: this.caller.number,
            LAST_USER_ID: last.USER_ID, LAST_TYPE_CONNECT: last.TYPE_CONNECT,
        }, 8);
        if (source !== null) Log.block(`Get B24 queue answer: ${source}`);
        return this.understand(source);
    }

    understand(source) {
        let answer = null;
        try {
            answer = JSON.parse(source ?? 'null');
        } catch (error) {
            Log.block(`Route of the controller is not valid JSON: ${error.message}`);
        }
        if (answer?.ERROR === 'LICENCE_ENDED') throw NO_LICENCE;
        const known = ['wait', 'queue', 'pstn', 'voicemail', 'talk', 'hungup'];
        if (!known.includes(answer?.COMMAND)) return this.fallback();
        if (answer.COMMAND === 'wait' && !isUserID(answer.USER_ID)) return this.fallback();
        if (answer.COMMAND === 'wait') this.tried.add(String(answer.USER_ID));
        return answer;
    }

    // The default direction: members of the queue one after another, then the rule for an unanswered call. The
    // portal cannot invite a browser now, so that leg is rung at once, too.
    fallback() {
        const users = this.settings.QUEUE_USERS.map((user) => (typeof user === 'object' && user !== null
            ? user : { USER_ID: user, USER_HAVE_PHONE: 'Y' }));
        const user = users.find(({ USER_ID: id }) => isUserID(id) && !this.tried.has(String(id)));
        let answer;
        if (user) {
            this.tried.add(String(user.USER_ID));
            answer = {
                COMMAND: 'wait', TYPE_CONNECT: 'queue', USER_ID: String(user.USER_ID),
                USER_HAVE_PHONE: user.USER_HAVE_PHONE, RING_BROWSER: true,
            };
        } else {
            answer = this.unanswered();
        }
        Log.block(`Controller gives no route, default direction: ${JSON.stringify(answer)}`);
        return answer;
    }

    unanswered() {
        const { NO_ANSWER_RULE: rule, FORWARD_NUMBER: number } = this.settings;
        if (rule === 'pstn_specific' && number !== '') return { COMMAND: 'pstn', PHONE_NUMBER: number, USER_ID: '' };
        return { COMMAND: rule === 'hungup' ? 'hungup' : 'voicemail', USER_ID: '' };
    }
}
