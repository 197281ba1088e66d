/// Which reliable provisional response a PRACK acknowledges (RFC 3262 clause 7.2).
public struct RAck: Hashable, Sendable, CustomStringConvertible {
    /// The response's RSeq.
    public var responseNumber: UInt32
    /// The CSeq of the request that was answered.
    public var cseq: CSeq

    /// An acknowledgement of one response.
    public init(responseNumber: UInt32, cseq: CSeq) {
        self.responseNumber = responseNumber
        self.cseq = cseq
    }

    /// The one value in `text`.
    public init(parsing text: some StringProtocol) throws(SIPParseError) {
        var scanner = GrammarScanner(text, place: "RAck")
        responseNumber = UInt32(try scanner.number(upTo: UInt64(UInt32.max), "a response number"))
        scanner.skipWhitespace()
        cseq = try CSeq(parsing: scanner.text(scanner.position..<scanner.end))
    }

    public var description: String { "\(responseNumber) \(cseq)" }
}
