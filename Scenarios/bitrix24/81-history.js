// Why a call without a conversation ended, as the statistics know it.
const MISSED = { code: '304', reason: 'Skipped call' };
const IN_BLACKLIST = { code: '423', reason: 'Caller in blacklist' };

// The last message of a call; the controller records it once by CALL_ID, so sending it again does no harm.
class History {
    constructor(incoming) { this.incoming = incoming; }

    get fields() {
        const { application, caller, settings, talk, userID, verdict } = this.incoming;
        const fields = {
            COMMAND: 'AddCallHistory',
            ACCOUNT_ID: application.accountId,
            PORTAL_USER_ID: talk?.leg.userID ?? userID,
            APPLICATION_ID: application.applicationId,
            PORTAL_TYPE: settings?.PORTAL_MODE ?? 'RENT',
            PORTAL_NUMBER: caller.destination,
            PORTAL_CALL: 'N',
            ACCOUNT_SEARCH_ID: caller.line,
            PHONE_NUMBER: caller.number,
            URL: caller.record.url,
            INCOMING: talk?.leg.external ? 3 : 2,
            CALL_ID: caller.id,
            CALL_LOG: application.logURL,
            CALL_DURATION: caller.end?.duration ?? 0,
            CALL_START_DATE: talk?.begun ?? this.incoming.begun,
            CALL_STATUS: talk ? 'true' : 'false',
            CALL_QUALITY: talk?.quality ?? 0,
            CALL_DEVICE: talk?.leg.device ?? 'WEBRTC',
            CALL_VOTE: 0,
            COST: caller.end?.cost ?? 0,
        };
        return talk ? fields : { ...fields, CALL_FAILED_CODE: verdict.code, CALL_FAILED_REASON: verdict.reason };
    }

    // What the controller counts for the version; it is no part of the call's history.
    get outcome() {
        const { begun, isAtFault, talk } = this.incoming;
        return {
            ...(isAtFault ? { SCENARIO_FAILED: 'Y' } : {}),
            ...(talk ? { ANSWER_MILLISECONDS: talk.begun - begun } : {}),
        };
    }

    async send() {
        const { caller, talk, verdict } = this.incoming;
        const { fields } = this;
        Log.block(
            'Send call history',
            `Call code: ${talk ? '200' : verdict.code}`,
            `Call reason: ${talk ? 'Success call' : verdict.reason}`,
            `Call direction: ${encodeURIComponent(caller.end?.direction ?? '')}`,
            `Call params: ${form(fields)}`,
        );
        const report = { ...fields, ...this.outcome };
        let result = await Controller.post(report, 8);
        for (const seconds of HISTORY_RETRIES) {
            if (result.code === 200) return;
            await pause(seconds);
            result = await Controller.post(report, 8);
        }
        if (result.code !== 200) Log.block(`Call history was not delivered: code ${result.code} ${result.error ?? ''}`);
    }
}
