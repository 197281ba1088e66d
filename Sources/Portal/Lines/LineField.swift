import PhoneNumbers

/// One setting of a line: its name, what it may hold, and what it holds when nobody has set it.
struct LineField: Sendable {
    /// What a setting may hold.
    enum Rule: Sendable {
        case yesOrNo
        case choice([String])
        case text(ClosedRange<Int>)
        case integer(ClosedRange<Int64>)
        /// A telephone number in any spelling, kept in canonical digits; empty is allowed.
        case phone
        /// An `http` or `https` address; empty is allowed.
        case address
        /// `9`, `18.30`; empty is allowed.
        case clock
        /// A name of the time zone database.
        case timeZone
        /// Text parts between commas, each one of those allowed: `SA,SU`.
        case days
        /// `01.01,09.05`
        case dates
    }

    let name: String
    let rule: Rule
    let fallback: JSONValue

    init(_ name: String, _ rule: Rule, _ fallback: JSONValue) {
        self.name = name
        self.rule = rule
        self.fallback = fallback
    }

    /// All settings that a request may change, with their defaults; sounds get theirs from the language.
    static let all: [LineField] = general + crm + queue + sounds + workTime

    private static let general = [
        LineField("PORTAL_MODE", .choice(["RENT", "LINK", "SIP"]), "RENT"),
        LineField("PHONE_NAME", .text(0...100), ""),
        LineField("PHONE_TITLE", .text(0...100), ""),
        LineField("RECORDING", .yesOrNo, "N"),
        LineField("RECORDING_TIME", .integer(0...3650), 0),
        LineField("RECORDING_STEREO", .yesOrNo, "N"),
        LineField("VOICEMAIL", .yesOrNo, "Y"),
        LineField("TIMEMAN", .yesOrNo, "N"),
        LineField("TO_DELETE", .yesOrNo, "N"),
        LineField("DATE_DELETE", .text(0...30), .null),
    ]

    private static let crm = [
        LineField("CRM", .yesOrNo, "Y"),
        LineField("CRM_RULE", .choice(["queue", "pstn", "voicemail"]), "queue"),
        LineField("CRM_CREATE", .choice(["lead", "none"]), "lead"),
        LineField("CRM_FORWARD", .yesOrNo, "Y"),
    ]

    private static let queue = [
        LineField("QUEUE_TIME", .integer(1...12), 3),
        LineField("QUEUE_TYPE", .choice(["evenly", "strictly", "all"]), "evenly"),
        LineField("DIRECT_CODE", .yesOrNo, "Y"),
        LineField("DIRECT_CODE_RULE", .choice(["voicemail", "queue", "pstn"]), "voicemail"),
        LineField(
            "NO_ANSWER_RULE", .choice(["voicemail", "pstn", "pstn_specific", "queue", "hungup"]), "voicemail"),
        LineField("FORWARD_NUMBER", .phone, ""),
        LineField("FORWARD_LINE", .text(1...64), "default"),
    ]

    private static let sounds = [
        LineField("MELODY_LANG", .choice(["EN", "DE", "RU"]), .null),
        LineField("MELODY_WELCOME", .address, .null),
        LineField("MELODY_WELCOME_ENABLE", .yesOrNo, "Y"),
        LineField("MELODY_WAIT", .address, .null),
        LineField("MELODY_HOLD", .address, .null),
        LineField("MELODY_VOICEMAIL", .address, .null),
    ]

    private static let workTime = [
        LineField("WORKTIME_ENABLE", .yesOrNo, "N"),
        LineField("WORKTIME_FROM", .clock, "9"),
        LineField("WORKTIME_TO", .clock, "18.30"),
        LineField("WORKTIME_TIMEZONE", .timeZone, ""),
        LineField("WORKTIME_HOLIDAYS", .dates, ""),
        LineField("WORKTIME_DAYOFF", .days, ""),
        LineField("WORKTIME_DAYOFF_RULE", .choice(["voicemail", "pstn_specific", "hungup"]), "voicemail"),
        LineField("WORKTIME_DAYOFF_NUMBER", .phone, ""),
        LineField("WORKTIME_DAYOFF_MELODY", .address, ""),
    ]
}
