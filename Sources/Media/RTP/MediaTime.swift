/// An instant of a monotonic clock in nanoseconds; who reads the clock also says where it starts.
public struct MediaTime: Hashable, Comparable, Sendable {
    /// Nanoseconds since the clock's start.
    public var nanoseconds: Int64

    /// An instant of the clock.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// An instant that many milliseconds after the clock's start.
    public static func milliseconds(_ count: Int) -> MediaTime {
        MediaTime(nanoseconds: Int64(clamping: count.multipliedReportingOverflow(by: 1_000_000).partialValue))
    }

    /// True when `left` comes first.
    public static func < (left: MediaTime, right: MediaTime) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Nanoseconds from this instant to `other`.
    public func nanoseconds(until other: MediaTime) -> Int64 { other.nanoseconds &- nanoseconds }

    /// The clock's reading in ticks of a media clock, modulo 2^32.
    func ticks(clockRate: Int) -> RTPTimestamp {
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let ticks = seconds &* Int64(clockRate) &+ rest &* Int64(clockRate) / 1_000_000_000
        return RTPTimestamp(rawValue: UInt32(truncatingIfNeeded: ticks))
    }
}
