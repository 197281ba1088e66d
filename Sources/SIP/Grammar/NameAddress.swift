/// An address with an optional display name and parameters: From, To, Contact, Route, Refer-To and their kin.
public struct NameAddress: Hashable, Sendable, CustomStringConvertible {
    /// The display name without quotes and escapes.
    public var displayName: String?
    /// The address.
    public var uri: SIPURI
    /// The header field's parameters (not the URI's).
    public var parameters: SIPParameters

    /// An address from its parts.
    public init(displayName: String? = nil, uri: SIPURI, parameters: SIPParameters = SIPParameters()) {
        self.displayName = displayName
        self.uri = uri
        self.parameters = parameters
    }

    /// The one address in `text`, in either form of RFC 3261 clause 20.10.
    public init(parsing text: some StringProtocol) throws(SIPParseError) {
        try self.init(GrammarScanner(text, place: "address"))
    }

    /// The `tag` parameter of From and To.
    public var tag: String? {
        get { parameters["tag"] }
        set { parameters["tag"] = newValue }
    }

    /// The `expires` parameter of a Contact in seconds; nil when absent or no number (RFC 3261 clause 20.10).
    public var expires: UInt32? { parameters["expires"].flatMap { UInt32($0) } }

    /// The address as it is sent, always with angle brackets, so that parameters cannot change owner.
    public var description: String {
        let name = displayName.map { QuotedString.encode($0) + " " } ?? ""
        return "\(name)<\(uri)>\(parameters)"
    }

    init(_ cursor: GrammarScanner) throws(SIPParseError) {
        var scanner = cursor
        scanner.skipWhitespace()
        displayName = try scanner.displayName()
        if scanner.take(.lessThan) {
            let inside = scanner.takeWhile { $0 != .greaterThan }
            uri = try SIPURI(GrammarScanner(scanner, inside))
            guard scanner.take(.greaterThan) else { throw scanner.error("expected > after the address") }
        } else {
            uri = try scanner.bareAddress()
        }
        parameters = try scanner.headerParameters()
        try scanner.finish()
    }
}

extension GrammarScanner {
    /// A quoted or bare display name when an address in angle brackets follows, else nil and no move.
    fileprivate mutating func displayName() throws(SIPParseError) -> String? {
        if next == .quote {
            let name = try quotedString()
            skipWhitespace()
            guard next == .lessThan else { throw error("expected < after the display name") }
            return name
        }
        var words = self
        let range = words.takeWhile(Self.isBareNameByte)
        guard words.next == .lessThan else { return nil }
        position = words.position
        let name = FieldList.trimmed(range, in: self)
        return name.isEmpty ? nil : text(name)
    }

    /// Tokens and spaces; leniently UTF-8, which phones write without quotes.
    private static func isBareNameByte(_ byte: UInt8) -> Bool {
        ByteClass.isToken(byte) || ByteClass.isWhitespace(byte) || byte >= 0x80
    }

    /// An address without brackets: ends at white space or a semicolon, and holds neither comma nor question mark.
    fileprivate mutating func bareAddress() throws(SIPParseError) -> SIPURI {
        let range = takeWhile { $0 != .semicolon && !ByteClass.isWhitespace($0) }
        guard let wrong = bytes[range].firstIndex(where: { $0 == .comma || $0 == .question }) else {
            return try SIPURI(GrammarScanner(self, range))
        }
        position = wrong
        throw error("an address with a comma or a question mark needs angle brackets")
    }
}
