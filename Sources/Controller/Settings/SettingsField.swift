/// One field of a line's settings: its name, what it may hold, and what it means.
///
/// The published schema and the controller's verdict are both made of these, so they cannot differ.
struct SettingsField: Sendable {
    let name: String
    let rule: SettingsRule
    let meaning: String

    init(_ name: String, _ rule: SettingsRule, _ meaning: String) {
        self.name = name
        self.rule = rule
        self.meaning = meaning
    }

    /// Fields of other names are passed on to the scenario as they are.
    static let all: [SettingsField] = line + people + voice + workTime + peers

    static let searchID = SettingsField(
        "SEARCH_ID", .text(1...255), "Key of the line: its number, or another name that the portal gave it.")

    private static let line = [
        searchID,
        SettingsField("ID", .identifier, "The portal's number for the line."),
        SettingsField("PORTAL_MODE", .choice(["RENT", "LINK", "SIP", "REST_APP", "GROUP"]), "Kind of line."),
        SettingsField("PHONE_NAME", .text(0...255), "The line's number as it is shown."),
        SettingsField("PHONE_TITLE", .text(0...255), "The line's name."),
        SettingsField("PHONE_COUNTRY_CODE", .text(0...8), "Country of the number."),
        SettingsField("PHONE_VERIFIED", .flag, "Whether the number's owner is known."),
        SettingsField("LINE_PREFIX", .text(0...10), "Digits that choose the line for a call to the outside."),
        SettingsField("CAN_BE_SELECTED", .flag, "Whether employees may choose the line."),
        SettingsField("TO_DELETE", .flag, "Whether the line is to be refused."),
        SettingsField("DATE_DELETE", .text(0...64), "From when on it is."),
        SettingsField("BLACKLIST", .texts(most: 10_000, longest: 64), "Numbers whose calls are refused."),
    ]

    private static let people = [
        SettingsField("CRM", .flag, "Whether the caller is looked up."),
        SettingsField("CRM_FORWARD", .flag, "Whether known callers go to their responsible employee."),
        SettingsField("CRM_RULE", .choice(["queue", "pstn", "voicemail"]), "What follows when he is not available."),
        SettingsField("CRM_CREATE", .choice(["lead", "none"]), "What is made of an unknown caller."),
        SettingsField("CRM_CREATE_CALL_TYPE", .choice(["all", "incoming", "outgoing"]), "For which calls."),
        SettingsField("CRM_SOURCE", .text(0...64), "Source of such a lead."),
        SettingsField("CRM_TRANSFER_CHANGE", .flag, "Whether a transfer changes the responsible employee."),
        SettingsField("QUEUE_ID", .identifier, "The portal's number for the queue."),
        SettingsField("QUEUE_TIME", .integer(1...12), "Signals of 5 s for each employee."),
        SettingsField("QUEUE_TYPE", .choice(["evenly", "strictly", "all"]), "Order of the queue."),
        SettingsField(
            "QUEUE_USERS", .employees(most: 1000), "Its members in their order: identifiers, or objects with USER_ID."),
        SettingsField("DIRECT_CODE", .flag, "Whether an extension may be dialled."),
        SettingsField(
            "DIRECT_CODE_RULE", .choice(["voicemail", "queue", "pstn"]),
            "What follows when that employee is not available."
        ),
        SettingsField(
            "NO_ANSWER_RULE", .choice(["voicemail", "pstn", "pstn_specific", "queue", "hungup"]),
            "What follows when nobody of the queue is left."),
        SettingsField(
            "FORWARD_NUMBER", .phone,
            "Number of pstn_specific, in any spelling; it must be a possible number of the portal's region."),
        SettingsField("FORWARD_LINE", .text(0...255), "Line over which calls are forwarded."),
        SettingsField("TIMEMAN", .flag, "Whether only employees with an open working day are called."),
        SettingsField("WAIT_CRM", .integer(1...600), "Seconds for the responsible employee."),
        SettingsField("WAIT_DIRECT", .integer(1...600), "Seconds for the dialled extension."),
        SettingsField("USE_SIP_TO", .flag, "Whether the extension is the user in To."),
    ]

    private static let voice = [
        SettingsField("RECORDING", .flag, "Whether talks are recorded."),
        SettingsField("RECORDING_TIME", .integer(0...9999), "Days that recordings are kept; 0 means without end."),
        SettingsField("RECORDING_STEREO", .flag, "Whether each side has a channel of its own."),
        SettingsField("RECORDING_NOTICE", .flag, "Whether the caller is told."),
        SettingsField("VOICEMAIL", .flag, "Whether messages are taken."),
        SettingsField("VOTE", .flag, "Whether the caller is asked for his opinion."),
        SettingsField("TRANSCRIBE", .flag, "Whether talks are written down."),
        SettingsField("MELODY_LANG", .pattern("([A-Z]{2})?", "two capital letters, like EN, or empty"), "Language."),
        SettingsField("MELODY_WELCOME_ENABLE", .flag, "Whether the greeting is played."),
        SettingsField("MELODY_WELCOME", .address, "The greeting."),
        SettingsField("MELODY_WAIT", .address, "What a caller hears who waits."),
        SettingsField("MELODY_HOLD", .address, "What a caller hears who is held."),
        SettingsField("MELODY_VOICEMAIL", .address, "What is said before a message is taken."),
    ]

    private static let workTime = [
        SettingsField("WORKTIME_ENABLE", .flag, "Whether working time is looked at."),
        SettingsField("WORKTIME_FROM", .clock, "Its beginning."),
        SettingsField("WORKTIME_TO", .clock, "Its end, included."),
        SettingsField(
            "WORKTIME_TIMEZONE",
            .pattern("[A-Za-z0-9_+/-]{0,64}", "a name of the time zone database, like Europe/Berlin, or empty"),
            "Its time zone; empty is UTC."),
        SettingsField(
            "WORKTIME_HOLIDAYS",
            .pattern("((0[1-9]|[12][0-9]|3[01])\\.(0[1-9]|1[0-2])(,|$))*", "days like 01.01,09.05, or empty"),
            "Days of every year."),
        SettingsField(
            "WORKTIME_DAYOFF", .pattern("((MO|TU|WE|TH|FR|SA|SU)(,|$))*", "days like SA,SU, or empty"),
            "Days of every week."),
        SettingsField(
            "WORKTIME_DAYOFF_RULE", .choice(["voicemail", "pstn_specific", "hungup"]), "What follows outside."),
        SettingsField("WORKTIME_DAYOFF_NUMBER", .phone, "Number of that pstn_specific."),
        SettingsField("WORKTIME_DAYOFF_MELODY", .address, "What is said outside."),
    ]

    private static let peers = [
        SettingsField("PORTAL_URL", .address, "The portal's address."),
        SettingsField("SIP_SERVER", .text(0...255), "The office PBX of a SIP line."),
        SettingsField("SIP_LOGIN", .text(0...255), "Login there."),
        SettingsField("SIP_PASSWORD", .text(0...255), "Password there."),
    ]
}
