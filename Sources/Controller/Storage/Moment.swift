/// An instant in milliseconds since 1970.
public struct Moment: Hashable, Sendable, Comparable {
    public let milliseconds: Int64
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Whole seconds since 1970.
    public var seconds: Int64 { milliseconds / 1000 }
    public static func < (left: Moment, right: Moment) -> Bool { left.milliseconds < right.milliseconds }

    func adding(_ duration: Duration) -> Moment {
        let (seconds, attoseconds) = duration.components
        return Moment(milliseconds: milliseconds + seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }
}
