import Foundation

/// A day in the calendar of somebody's time zone: `2026-11-27`.
struct Day: RawRepresentable, Hashable, Sendable, Comparable, CustomStringConvertible {
    let rawValue: String

    /// Nil for what is not written like a day.
    init?(rawValue: String) {
        guard rawValue.wholeMatch(of: /[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])/) != nil else { return nil }
        self.rawValue = rawValue
    }

    fileprivate init(year: Int64, month: Int64, day: Int64) {
        rawValue = CivilTime.padded(year, 4) + "-" + CivilTime.padded(month) + "-" + CivilTime.padded(day)
    }

    var description: String { rawValue }
    static func < (left: Day, right: Day) -> Bool { left.rawValue < right.rawValue }
}

/// An instant as the clocks of a time zone show it.
struct CivilTime: Sendable {
    let day: Day
    /// ISO 8601 with the offset: `2026-11-27T18:04:05+02:00`.
    let text: String

    init(_ moment: Moment, in zone: TimeZone) {
        let offset = Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment.seconds))))
        let local = moment.seconds + offset
        let days = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
        let second = local - days * 86_400
        let (year, month, number) = Self.date(days)
        day = Day(year: year, month: month, day: number)
        let time = [second / 3600, second / 60 % 60, second % 60].map { Self.padded($0) }.joined(separator: ":")
        let away = abs(offset) / 60
        text = "\(day)T\(time)\(offset < 0 ? "-" : "+")\(Self.padded(away / 60)):\(Self.padded(away % 60))"
    }

    /// The proleptic Gregorian date of a number of days since 1970-01-01, by eras of 400 years that begin in March.
    private static func date(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let fromMarch = (5 * dayOfYear + 2) / 153
        let month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * fromMarch + 2) / 5 + 1)
    }

    fileprivate static func padded(_ number: Int64, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
