/// The type of a body: `application/sdp` and its kin (RFC 3261 clause 20.15).
public struct MediaType: Hashable, Sendable, CustomStringConvertible {
    /// The type in lower case.
    public var type: String
    /// The subtype in lower case.
    public var subtype: String
    /// Parameters such as `boundary` and `charset`.
    public var parameters: SIPParameters

    /// A media type.
    public init(_ type: String, _ subtype: String, parameters: SIPParameters = SIPParameters()) {
        self.type = CaseFolding.lowercased(type)
        self.subtype = CaseFolding.lowercased(subtype)
        self.parameters = parameters
    }

    /// The one type in `text`.
    public init(parsing text: some StringProtocol) throws(SIPParseError) {
        var scanner = GrammarScanner(text, place: "Content-Type")
        let type = try scanner.token("a media type")
        guard scanner.takeSeparator(.slash) else { throw scanner.error("expected / and a subtype") }
        let subtype = try scanner.token("a subtype")
        self.init(type, subtype, parameters: try scanner.headerParameters())
        try scanner.finish()
    }

    /// A session description.
    public static let sdp = MediaType("application", "sdp")

    /// Type and subtype without parameters.
    public var essence: String { "\(type)/\(subtype)" }

    public var description: String { "\(type)/\(subtype)\(parameters)" }
}
