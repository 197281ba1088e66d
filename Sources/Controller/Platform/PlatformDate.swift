import Billing

/// Dates as the management API takes and gives them.
enum PlatformDate {
    /// `YYYY-MM-DD HH:mm:ss` in UTC.
    static func text(_ seconds: Int64) -> String {
        let day = TariffDay(unixSeconds: seconds)
        let rest = seconds - Int64(day.number) * 86_400
        func padded(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(day) \(padded(rest / 3600)):\(padded(rest / 60 % 60)):\(padded(rest % 60))"
    }

    /// The moment that such a text names; nil for anything else.
    static func moment(_ value: JSONValue?) -> Moment? {
        value?.string.flatMap(RecordedFile.seconds).map { Moment(milliseconds: $0 * 1000) }
    }
}
