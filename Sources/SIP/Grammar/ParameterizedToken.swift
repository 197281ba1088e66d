/// A token with parameters: the value of Event, Subscription-State and Reason.
public struct ParameterizedToken: Hashable, Sendable, CustomStringConvertible {
    /// The token as written.
    public var token: String
    /// What follows it.
    public var parameters: SIPParameters

    /// A token with parameters.
    public init(_ token: String, parameters: SIPParameters = SIPParameters()) {
        self.token = token
        self.parameters = parameters
    }

    /// The one value in `text`; `place` names the field in errors.
    public init(parsing text: some StringProtocol, place: String) throws(SIPParseError) {
        var scanner = GrammarScanner(text, place: place)
        token = try scanner.token("a token")
        parameters = try scanner.headerParameters()
        try scanner.finish()
    }

    public var description: String { "\(token)\(parameters)" }
}
