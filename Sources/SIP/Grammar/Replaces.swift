/// The dialog that an INVITE takes over (RFC 3891 clause 6.1).
public struct Replaces: Hashable, Sendable, CustomStringConvertible {
    /// The dialog's Call-ID.
    public var callID: String
    /// The tag of the receiver's own side.
    public var toTag: String
    /// The tag of the other side.
    public var fromTag: String
    /// Whether only a dialog that is not yet answered may be taken over.
    public var earlyOnly: Bool

    /// A dialog as its receiver sees it.
    public init(callID: String, toTag: String, fromTag: String, earlyOnly: Bool = false) {
        self.callID = callID
        self.toTag = toTag
        self.fromTag = fromTag
        self.earlyOnly = earlyOnly
    }

    /// The one value in `text`, escapes of a Refer-To URI already resolved.
    public init(parsing text: some StringProtocol) throws(SIPParseError) {
        var scanner = GrammarScanner(text, place: "Replaces")
        scanner.skipWhitespace()
        let word = scanner.takeWhile { $0 > 0x20 && $0 != .semicolon && $0 != .comma }
        let parameters = try scanner.headerParameters()
        guard !word.isEmpty, let toTag = parameters["to-tag"], let fromTag = parameters["from-tag"] else {
            throw scanner.error("expected a Call-ID, to-tag and from-tag")
        }
        try scanner.finish()
        self.init(
            callID: scanner.text(word), toTag: toTag, fromTag: fromTag, earlyOnly: parameters.contains("early-only"))
    }

    public var description: String {
        "\(callID);to-tag=\(toTag);from-tag=\(fromTag)" + (earlyOnly ? ";early-only" : "")
    }
}
