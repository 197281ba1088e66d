/// A request's place in its dialog's order (RFC 3261 clause 20.16).
public struct CSeq: Hashable, Sendable, CustomStringConvertible {
    /// The sequence number, below 2^31.
    public var number: UInt32
    /// The method of the request.
    public var method: SIPMethod

    /// The largest number that RFC 3261 clause 8.1.1.5 allows.
    public static let maximum: UInt32 = 0x7FFF_FFFF

    /// A sequence number with its method.
    public init(number: UInt32, method: SIPMethod) {
        self.number = number
        self.method = method
    }

    /// The one value in `text`.
    public init(parsing text: some StringProtocol) throws(SIPParseError) {
        var scanner = GrammarScanner(text, place: "CSeq")
        scanner.skipWhitespace()
        number = UInt32(try scanner.number(upTo: UInt64(Self.maximum), "a sequence number"))
        let gap = scanner.position
        scanner.skipWhitespace()
        guard scanner.position > gap else { throw scanner.error("expected a space and the method") }
        method = SIPMethod(rawValue: try scanner.token("the method"))
        try scanner.finish()
    }

    public var description: String { "\(number) \(method)" }
}
