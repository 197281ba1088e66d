// Fields as the log shows them; secrets and lists of numbers stay out of it.
const SHOWN_FIELDS = [
    'ID', 'PORTAL_MODE', 'SEARCH_ID', 'PHONE_NAME', 'CRM', 'CRM_RULE', 'CRM_CREATE', 'CRM_FORWARD', 'QUEUE_TIME',
    'QUEUE_TYPE', 'DIRECT_CODE', 'DIRECT_CODE_RULE', 'RECORDING', 'RECORDING_TIME', 'NO_ANSWER_RULE',
    'FORWARD_NUMBER', 'FORWARD_LINE', 'TIMEMAN', 'VOICEMAIL', 'MELODY_LANG', 'MELODY_WELCOME',
    'MELODY_WELCOME_ENABLE', 'MELODY_WAIT', 'MELODY_HOLD', 'DATE_DELETE', 'TO_DELETE', 'MELODY_VOICEMAIL',
    'PHONE_TITLE', 'PORTAL_URL',
];
const SHOWN_WORKTIME_FIELDS = [
    'WORKTIME_FROM', 'WORKTIME_TO', 'WORKTIME_TIMEZONE', 'WORKTIME_HOLIDAYS', 'WORKTIME_DAYOFF',
    'WORKTIME_DAYOFF_RULE', 'WORKTIME_DAYOFF_NUMBER', 'WORKTIME_DAYOFF_MELODY',
];

const isText = (value) => typeof value === 'string';
const isRingCount = (value) => /^\d+$/.test(String(value)) && Number(value) >= 1 && Number(value) <= 12;
const oneOf = (...values) => ({ fallback: values[0], accepts: (value) => values.includes(value) });
const text = (fallback) => ({ fallback, accepts: isText });
const optional = (rule) => ({ ...rule, optional: true });

// What the scenario itself relies on: the default and what else is accepted.
const FIELD_RULES = {
    PORTAL_MODE: text('RENT'),
    QUEUE_TIME: { fallback: 3, accepts: isRingCount },
    DIRECT_CODE: oneOf('Y', 'N'),
    RECORDING: oneOf('N', 'Y'),
    NO_ANSWER_RULE: oneOf('voicemail', 'pstn', 'pstn_specific', 'queue', 'next_queue', 'hungup'),
    FORWARD_NUMBER: text(''),
    VOICEMAIL: oneOf('Y', 'N'),
    MELODY_WELCOME_ENABLE: oneOf('Y', 'N'),
    MELODY_WELCOME: text(''),
    MELODY_WAIT: text(''),
    MELODY_HOLD: text(''),
    MELODY_VOICEMAIL: text(''),
    TO_DELETE: oneOf('N', 'Y'),
    RECORDING_STEREO: optional(oneOf('N', 'Y')),
    WORKTIME_ENABLE: optional(oneOf('N', 'Y')),
    WORKTIME_FROM: optional(text('')),
    WORKTIME_TO: optional(text('')),
    WORKTIME_TIMEZONE: optional(text('')),
    WORKTIME_HOLIDAYS: optional(text('')),
    WORKTIME_DAYOFF: optional(text('')),
    WORKTIME_DAYOFF_RULE: optional(oneOf('voicemail', 'pstn_specific', 'hungup')),
    WORKTIME_DAYOFF_NUMBER: optional(text('')),
    WORKTIME_DAYOFF_MELODY: optional(text('')),
    BLACKLIST: optional({ fallback: [], accepts: Array.isArray }),
    QUEUE_USERS: optional({ fallback: [], accepts: Array.isArray }),
};

// A JSON text of settings: the complete settings, or an error that says why the text is of no use.
function readSettings(source) {
    let settings;
    try {
        settings = JSON.parse(source);
    } catch (error) {
        return { error: `not valid JSON (${error.message})` };
    }
    if (settings === null || typeof settings !== 'object' || Array.isArray(settings)) return { error: 'not an object' };
    if (settings.ERROR !== undefined) return { refusal: String(settings.ERROR) };
    if (!isText(settings.SEARCH_ID) || settings.SEARCH_ID === '') return { error: 'SEARCH_ID is missing' };
    const replaced = [];
    for (const [name, rule] of Object.entries(FIELD_RULES)) {
        if (rule.accepts(settings[name])) continue;
        if (!rule.optional || settings[name] !== undefined) replaced.push(`${name} -> ${rule.fallback}`);
        settings[name] = rule.fallback;
    }
    return { settings, replaced };
}
