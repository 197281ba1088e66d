// Form body with the fields in their order; ':' and '/' stay readable, as they need no escape in a form value.
function form(fields) {
    const escape = (value) => encodeURIComponent(value).replace(/%3A/g, ':').replace(/%2F/g, '/');
    return Object.entries(fields).map(([name, value]) => `${name}=${escape(value ?? '')}`).join('&');
}

// Not the scenario's fault: the portal's licence ended some days ago, and its calls are not served any more.
const NO_LICENCE = new Error('the licence of the portal has ended');

const Controller = {
    // Resolves to the HTTP result, also when nothing could be sent (code 0 or below). Every message says which version
    // of the scenario speaks: the controller counts the sessions of each.
    post(fields, timeout) {
        const body = form({ ...fields, SCENARIO_VERSION });
        const time = String(Math.floor(Date.now() / 1000));
        const nonce = uuidgen();
        const text = ['POST', '/scenario', Crypto.sha256(body), time, nonce].join('\n');
        const headers = {
            'Content-Type': 'application/x-www-form-urlencoded',
            'X-Switchboard-Portal': PORTAL_ID,
            'X-Switchboard-Time': time,
            'X-Switchboard-Nonce': nonce,
            'X-Switchboard-Signature': Crypto.hmac_sha256(REQUEST_KEY, text),
        };
        const options = { method: 'POST', postData: body, headers, timeout, connectionTimeout: Math.min(timeout, 6) };
        return new Promise((resolve) => {
            try {
                Net.httpRequest(`${CONTROLLER_URL}/scenario`, resolve, options);
            } catch (error) {
                resolve({ code: 0, error: String(error) });
            }
        });
    },

    // The answer's text, or null after a log line that says what was wrong. A controller that is away for a moment is asked
    // once more within the time; it answers a question that comes twice as it did before.
    async ask(fields, timeout) {
        const end = Date.now() + timeout * 1000;
        let result = await this.post(fields, timeout);
        const left = Math.floor((end - Date.now()) / 1000) - QUESTION_RETRY;
        if (PASSING_CODES.includes(result.code) && left >= 1) {
            Log.block(`Controller is away, ${fields.COMMAND} is asked again: code ${result.code}`);
            await pause(QUESTION_RETRY);
            result = await this.post(fields, left);
        }
        if (result.code === 200) return result.text ?? '';
        Log.block(`Controller did not answer ${fields.COMMAND}: code ${result.code} ${result.error ?? ''}`.trim());
        return null;
    },
};
