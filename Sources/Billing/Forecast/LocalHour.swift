/// How far a portal's clock is ahead of UTC.
public struct ClockOffset: Sendable, Hashable {
    public static let utc = ClockOffset(exactly: 0)

    /// Ahead of UTC; negative in the west.
    public let seconds: Int64

    /// Nil beyond 14 hours in either direction; no clock of the world is further from UTC.
    public init?(seconds: Int64) {
        guard (-50_400...50_400).contains(seconds) else { return nil }
        self.seconds = seconds
    }

    private init(exactly seconds: Int64) { self.seconds = seconds }
}

/// An hour of a portal's own clock.
public struct LocalHour: Sendable, Hashable, Comparable {
    public static let hoursOfDay = 24
    public static let hoursOfWeek = 168

    /// Whole hours since 1970 began on that clock.
    public let number: Int

    public init(number: Int) { self.number = number }

    /// The hour in which a moment lies.
    ///
    /// - Parameter unixSeconds: UTC; moments that no calendar has are taken for the nearest one within ±100 million years.
    public init(unixSeconds: Int64, offset: ClockOffset) {
        let farthest: Int64 = 3_155_760_000_000_000
        let local = min(max(unixSeconds, -farthest), farthest) + offset.seconds
        number = Self.floor(Int(local), 3600)
    }

    /// Whole days since 1970 began.
    public var day: Int { Self.floor(number, Self.hoursOfDay) }

    /// 0 for the hour after midnight that begins Monday, 167 for the last of Sunday.
    public var ofWeek: Int { Self.ofWeek(number) }

    public func advanced(byHours hours: Int) -> LocalHour { LocalHour(number: number + hours) }

    public static func < (left: LocalHour, right: LocalHour) -> Bool { left.number < right.number }

    /// 1 January 1970 was a Thursday.
    static func ofWeek(_ number: Int) -> Int {
        let hour = (number + 3 * hoursOfDay) % hoursOfWeek
        return hour < 0 ? hour + hoursOfWeek : hour
    }

    /// 0 for Monday.
    static func weekday(ofDay day: Int) -> Int { ofWeek(day * hoursOfDay) / hoursOfDay }

    private static func floor(_ value: Int, _ divisor: Int) -> Int {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
