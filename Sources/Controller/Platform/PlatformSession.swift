import Billing

/// One scenario session in the platform's history.
struct PlatformSession: Sendable, Equatable {
    /// One leg of it.
    struct Leg: Sendable, Equatable {
        /// As scripts know it.
        var id: String?
        var isIncoming: Bool
        /// Whether it was answered.
        var isSuccessful: Bool
        /// Seconds since the answer; nil while the leg's end is not written.
        var duration: Int64?
        /// What an incoming one has dialled.
        var localNumber: String
        /// A telephone number, or the name of a user.
        var remoteNumber: String
        /// Whether the far end is a user of the account, not a number.
        var isUser: Bool
        var startedAt: Moment?
        var recordURL: String?
        /// Decimal text.
        var cost: String?
    }

    /// How long legs may be missing after the end of their session.
    private static let longestWriting = Duration.seconds(60)

    /// The platform's number of it; later sessions have higher ones.
    var number: Int64
    var applicationID: Int64?
    var accountID: Int64?
    var startedAt: Moment?
    /// Seconds; nil while the session runs.
    var duration: Int64?
    var finishReason: String?
    var logURL: String?
    var customData: String?
    var legs: [Leg]
    var recordURLs: [String]
    /// Decimal texts of everything that was charged.
    var costs: [String]

    /// A session's duration is known when it has ended.
    var hasEnded: Bool { duration != nil || finishReason != nil }

    /// Whether the session is over and nothing of it is to come any more.
    ///
    /// A script that dies ends its session before the legs have ended: they have neither talk time nor cost until then.
    func isComplete(at now: Moment) -> Bool {
        guard hasEnded else { return false }
        guard legs.contains(where: { $0.duration == nil }), let startedAt else { return true }
        return startedAt.adding(.seconds(duration ?? 0) + Self.longestWriting) < now
    }

    /// The caller's leg.
    var callersLeg: Leg? { legs.first { $0.isIncoming } }

    /// The call that the session is about, by the scenario's word, or by the caller's leg where the script came to say none; nil
    /// for a session that is no call.
    var key: CallKey? { (customData ?? callersLeg?.id).flatMap(CallKey.init) }

    /// The leg of who talked with the caller; nil when nobody did.
    ///
    /// Of two that were answered at once the scenario ends one in the same moment: it is the shorter one.
    var talk: Leg? {
        guard callersLeg?.isSuccessful == true else { return nil }
        var longest: Leg?
        for leg in legs where !leg.isIncoming && leg.isSuccessful {
            guard let other = longest else { longest = leg; continue }
            if leg.duration ?? 0 > other.duration ?? 0 { longest = leg }
        }
        return longest
    }

    /// The script's failure, if the session ended by one; what the platform itself did wrong is none.
    var failure: SessionOutcome.Failure? {
        switch finishReason {
        case "JS session error": .scriptError
        case "Timeout": .other
        default: nil
        }
    }

    init(_ json: JSONValue) {
        number = json["call_session_history_id"]?.int64 ?? 0
        applicationID = json["application_id"]?.int64
        accountID = json["account_id"]?.int64
        startedAt = PlatformDate.moment(json["start_date"])
        duration = json["duration"]?.int64
        finishReason = json["finish_reason"]?.string
        logURL = json["log_file_url"]?.string
        customData = json["custom_data"]?.string
        let calls = json["calls"]?.elements ?? []
        let records = json["records"]?.elements ?? []
        legs = calls.map(Leg.init)
        recordURLs = records.compactMap { $0["record_url"]?.string } + legs.compactMap(\.recordURL)
        costs = (calls + records + (json["other_resource_usage"]?.elements ?? [])).compactMap {
            $0["cost"].flatMap(Self.decimal)
        }
    }

    /// The sum of all charges; a cost that is no amount counts nothing.
    func cost(_ currency: Currency) -> Money {
        costs.reduce(.zero(currency)) { sum, text in
            guard let money = try? Money(text, currency), let total = try? sum.adding(money) else { return sum }
            return total
        }
    }

    /// The shortest decimal text that reads back as the number the platform wrote.
    fileprivate static func decimal(_ value: JSONValue) -> String? {
        switch value {
        case .text(let text): text
        case .integer(let integer): String(integer)
        case .real(let real): plainText(real)
        default: nil
        }
    }

    /// Without an exponent, to the millionth.
    private static func plainText(_ real: Double) -> String? {
        let millionths = (real * 1_000_000).rounded()
        guard let exact = Int64(exactly: millionths) else { return nil }
        let fraction = String(exact.magnitude % 1_000_000)
        let padded = String(repeating: "0", count: 6 - fraction.count) + fraction
        return (exact < 0 ? "-" : "") + "\(exact.magnitude / 1_000_000).\(padded)"
    }
}

extension PlatformSession.Leg {
    init(_ json: JSONValue) {
        // A number at some platforms.
        id = json["call_id"].flatMap { $0.string ?? $0.int64.map(String.init) }
        localNumber = json["local_number"]?.string ?? ""
        isIncoming = json["incoming"] == true
        isSuccessful = json["successful"] == true
        duration = json["duration"]?.int64
        remoteNumber = json["remote_number"]?.string ?? ""
        isUser = json["remote_number_type"]?.string == "user"
        startedAt = PlatformDate.moment(json["start_time"])
        cost = json["cost"].flatMap(PlatformSession.decimal)
        recordURL = json["record_url"]?.string
    }
}
