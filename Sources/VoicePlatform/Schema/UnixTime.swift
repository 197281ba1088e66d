import Foundation

/// Milliseconds since 1970 in UTC.
public struct UnixTime: Sendable, Hashable, Comparable {
    public let milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }
    public init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        milliseconds = overflow ? (seconds < 0 ? .min : .max) : product
    }

    public var seconds: Int64 { milliseconds / 1000 }

    public static func < (left: UnixTime, right: UnixTime) -> Bool { left.milliseconds < right.milliseconds }

    /// The system's clock.
    public static func now() -> UnixTime { UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
}

/// Date texts of the management API: `YYYY-MM-DD` and `YYYY-MM-DD HH:mm:ss`.
struct DateText: Sendable {
    /// Nil for UTC, which the C library reckons many times faster.
    private let calendar: Calendar?

    static let utc = DateText()

    private init() { calendar = nil }

    init(zone: TimeZone) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        self.calendar = calendar
    }

    /// A time zone by its name in the tz database.
    init?(zoneName: String) {
        if ["Etc/GMT", "Etc/UTC", "GMT", "UTC"].contains(zoneName) {
            self.init()
        } else {
            guard let zone = TimeZone(identifier: zoneName) else { return nil }
            self.init(zone: zone)
        }
    }

    func dateTime(_ time: UnixTime) -> String {
        let parts = components(time)
        return "\(date(parts)) \(padded(parts.hour)):\(padded(parts.minute)):\(padded(parts.second))"
    }

    func date(_ time: UnixTime) -> String { date(components(time)) }

    /// The instant of a text; a text without a time means its midnight. Nil for anything that is no such date.
    func instant(_ text: String) -> UnixTime? {
        let halves = text.split(separator: " ", omittingEmptySubsequences: false)
        guard (1...2).contains(halves.count), let day = numbers(halves[0], separator: "-", widths: [4, 2, 2]) else {
            return nil
        }
        var time = [0, 0, 0]
        if halves.count == 2 {
            guard let clock = numbers(halves[1], separator: ":", widths: [2, 2, 2]) else { return nil }
            time = clock
        }
        guard time[0] < 24, time[1] < 60, time[2] < 60, let instant = instant(day, time) else { return nil }
        // A calendar turns 30 February into 2 March; such a date is refused.
        let found = components(instant)
        guard found.year == day[0], found.month == day[1], found.day == day[2] else { return nil }
        return instant
    }

    private func instant(_ day: [Int], _ time: [Int]) -> UnixTime? {
        guard let calendar else {
            var parts = tm()
            (parts.tm_year, parts.tm_mon, parts.tm_mday) = (Int32(day[0] - 1900), Int32(day[1] - 1), Int32(day[2]))
            (parts.tm_hour, parts.tm_min, parts.tm_sec) = (Int32(time[0]), Int32(time[1]), Int32(time[2]))
            return UnixTime(seconds: Int64(timegm(&parts)))
        }
        let wanted = DateComponents(
            year: day[0], month: day[1], day: day[2], hour: time[0], minute: time[1], second: time[2])
        return calendar.date(from: wanted).map { UnixTime(seconds: Int64($0.timeIntervalSince1970)) }
    }

    private func numbers(_ text: Substring, separator: Character, widths: [Int]) -> [Int]? {
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == widths, parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } })
        else { return nil }
        return parts.compactMap { Int($0) }
    }

    private func components(_ time: UnixTime) -> DateComponents {
        guard let calendar else {
            var (seconds, parts) = (time_t(time.milliseconds / 1000), tm())
            gmtime_r(&seconds, &parts)
            return DateComponents(
                year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday),
                hour: Int(parts.tm_hour), minute: Int(parts.tm_min), second: Int(parts.tm_sec))
        }
        return calendar.dateComponents(
            [.year, .month, .day, .hour, .minute, .second],
            from: Date(timeIntervalSince1970: Double(time.milliseconds) / 1000))
    }

    private func date(_ parts: DateComponents) -> String {
        "\(padded(parts.year, 4))-\(padded(parts.month))-\(padded(parts.day))"
    }

    private func padded(_ number: Int?, _ width: Int = 2) -> String {
        let digits = String(number ?? 0)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
