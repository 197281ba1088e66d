/// Names one call of a `UserAgent`, from its INVITE to its last event; never used twice.
public struct SessionHandle: Hashable, Sendable, CustomStringConvertible {
    /// A number unique in its user agent, for logs.
    public let rawValue: UInt64

    public var description: String { "call \(rawValue)" }
}
