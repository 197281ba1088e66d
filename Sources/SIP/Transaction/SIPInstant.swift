/// A point on the monotonic clock of whoever drives the machines.
///
/// The machines never read a clock: they compare the instants they are given. The origin is the driver's choice.
public struct SIPInstant: Comparable, Hashable, Sendable {
    /// Nanoseconds since the driver's origin.
    public var nanoseconds: UInt64

    /// The instant `nanoseconds` after the driver's origin.
    public init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    public static func < (left: SIPInstant, right: SIPInstant) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The instant later by `duration`; stays at the ends of the range instead of overflowing.
    public static func + (instant: SIPInstant, duration: Duration) -> SIPInstant {
        let offset = duration.wholeNanoseconds
        let (sum, overflow) =
            offset >= 0
            ? instant.nanoseconds.addingReportingOverflow(UInt64(offset))
            : instant.nanoseconds.subtractingReportingOverflow(offset.magnitude)
        guard overflow else { return SIPInstant(nanoseconds: sum) }
        return SIPInstant(nanoseconds: offset >= 0 ? .max : 0)
    }

    /// The time from this instant to `later`, negative when `later` is earlier.
    public func duration(to later: SIPInstant) -> Duration {
        let magnitude = later > self ? later.nanoseconds - nanoseconds : nanoseconds - later.nanoseconds
        let duration = Duration.nanoseconds(Int64(clamping: magnitude))
        return later >= self ? duration : .zero - duration
    }
}

extension Duration {
    /// The duration in nanoseconds, held at the ends of `Int64` (292 years).
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflow || carry ? (seconds < 0 ? .min : .max) : sum
    }

    /// The duration in seconds, rounded down, never negative.
    var wholeSeconds: UInt32 { UInt32(clamping: max(0, components.seconds)) }
}
