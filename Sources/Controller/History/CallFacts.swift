/// What a report says of its call, in the columns that searches and totals read.
struct CallFacts: Sendable, Equatable {
    enum Direction: String, Sendable, CaseIterable {
        case incoming, outgoing, forwarded, callback
    }

    enum Outcome: String, Sendable, CaseIterable {
        /// Somebody talked.
        case answered
        /// Nobody did.
        case missed
        /// The number is on the black list.
        case refused
        /// It did not come so far.
        case failed
    }

    /// A beginning that is further away from the report than this is not believed.
    private static let longestCall: Int64 = 7 * 86_400_000
    private static let clockSkew: Int64 = 86_400_000

    var startedAt: Moment
    var number: String
    var employee: Int64?
    var line: String
    var direction: Direction
    var outcome: Outcome
    /// Seconds of talk; 0 when nobody talked.
    var talkSeconds: Int64
    var recordURL: String?

    /// A number in one spelling, its digits; a name that holds none stays as it is.
    static func searchable(_ number: String) -> String {
        let digits = number.filter { ("0"..."9").contains($0) }
        return digits.isEmpty ? number : digits
    }

    /// The numbers of the portal's protocol.
    private static func direction(_ number: String) -> Direction {
        switch number {
        case "1": .outgoing
        case "3": .forwarded
        case "4": .callback
        default: .incoming
        }
    }

    private static func outcome(isAnswered: Bool, code: String) -> Outcome {
        if isAnswered { return .answered }
        return switch code {
        case "304", "": .missed
        case "423": .refused
        default: .failed
        }
    }
}

extension CallFacts {
    /// - Parameter isOld: Whether the call may have been over for any time: the platform's history tells it.
    init(_ fields: FormFields, recordedAt: Moment, isOld: Bool = false) {
        let started = Int64(fields["CALL_START_DATE"]) ?? 0
        let earliest = isOld ? 1 : recordedAt.milliseconds - Self.longestCall
        let believed = earliest...(recordedAt.milliseconds + Self.clockSkew)
        startedAt = believed.contains(started) ? Moment(milliseconds: started) : recordedAt
        number = Self.searchable(fields["PHONE_NUMBER"])
        employee = Int64(fields["PORTAL_USER_ID"]).flatMap { $0 > 0 ? $0 : nil }
        line = fields["ACCOUNT_SEARCH_ID"].isEmpty ? fields["PORTAL_NUMBER"] : fields["ACCOUNT_SEARCH_ID"]
        direction = Self.direction(fields["INCOMING"])
        outcome = Self.outcome(isAnswered: fields["CALL_STATUS"] == "true", code: fields["CALL_FAILED_CODE"])
        let duration = min(max(Int64(fields["CALL_DURATION"]) ?? 0, 0), Self.longestCall / 1000)
        talkSeconds = outcome == .answered ? duration : 0
        recordURL = fields["URL"].isEmpty ? nil : fields["URL"]
    }
}
