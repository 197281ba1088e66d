/// Master key and salt of one direction of a stream; prints nothing of itself.
public struct MediaKey: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    public let suite: CryptoSuite
    /// The master key, behind it the master salt.
    public let octets: [UInt8]

    /// Nil when there are not exactly as many octets as the suite wants.
    public init?(_ suite: CryptoSuite, octets: [UInt8]) {
        guard octets.count == suite.keyLength else { return nil }
        self.suite = suite
        self.octets = octets
    }

    public var description: String { "key of \(suite.rawValue)" }
    public var debugDescription: String { description }
}
