/// One hop of the path that a request took (RFC 3261 clause 20.42).
public struct Via: Hashable, Sendable, CustomStringConvertible {
    /// The protocol's version, `2.0`; kept as written, so that a wrong one can be answered.
    public var version: String
    /// The transport in upper case: `UDP`, `TCP`, `TLS`, `WS`, `WSS` or another.
    public var transport: String
    /// The host of sent-by as written, an IPv6 address in brackets.
    public var host: String
    /// The port of sent-by, when written.
    public var port: UInt16?
    /// The parameters, among them `branch`.
    public var parameters: SIPParameters

    /// A hop from its parts.
    public init(
        transport: String, host: String, port: UInt16? = nil, parameters: SIPParameters = SIPParameters(),
        version: String = "2.0"
    ) {
        self.version = version
        self.transport = transport
        self.host = host
        self.port = port
        self.parameters = parameters
    }

    /// The one hop in `text`.
    public init(parsing text: some StringProtocol) throws(SIPParseError) {
        try self.init(GrammarScanner(text, place: "Via"))
    }

    /// The transaction's identifier.
    public var branch: String? {
        get { parameters["branch"] }
        set { parameters["branch"] = newValue }
    }

    /// The branch when it identifies the transaction by itself: it begins with the magic cookie `z9hG4bK` and goes on
    /// (RFC 3261 clause 8.1.1.7). Any other branch is one of RFC 2543 and matches by the old rule.
    public var uniqueBranch: String? {
        guard let branch, branch.utf8.count > 7, CaseFolding.equal(String(branch.prefix(7)), "z9hG4bK") else {
            return nil
        }
        return branch
    }

    /// The source address that the receiver saw, without brackets.
    public var received: String? {
        get { parameters["received"].map(HostName.withoutBrackets) }
        set { parameters["received"] = newValue }
    }

    /// Whether `rport` is there: the sender asks for answers to the source port (RFC 3581), or has been told it.
    public var hasRport: Bool { parameters.contains("rport") }

    /// The source port that the receiver saw; nil when absent or not yet filled in. Setting nil removes the parameter.
    public var rport: UInt16? {
        get { parameters["rport"].flatMap { UInt16($0) } }
        set { parameters["rport"] = newValue.map { String($0) } }
    }

    /// The hop as it is sent.
    public var description: String {
        let port = port.map { ":\($0)" } ?? ""
        return "SIP/\(version)/\(transport) \(host)\(port)\(parameters)"
    }

    init(_ cursor: GrammarScanner) throws(SIPParseError) {
        var scanner = cursor
        scanner.skipWhitespace()
        let name = try scanner.token("SIP")
        guard CaseFolding.equal(name, "SIP"), scanner.takeSeparator(.slash) else {
            throw scanner.error("expected SIP/2.0/transport")
        }
        version = try scanner.token("the version")
        guard scanner.takeSeparator(.slash) else { throw scanner.error("expected / and the transport") }
        transport = String(decoding: try scanner.token("the transport").utf8.map(Self.uppercased), as: UTF8.self)
        scanner.skipWhitespace()
        host = try scanner.host(.malformedHeader)
        if scanner.takeSeparator(.colon) { port = UInt16(try scanner.number(upTo: 65535, "a port")) }
        parameters = try scanner.headerParameters()
        try scanner.finish()
    }

    private static func uppercased(_ byte: UInt8) -> UInt8 { byte &- 0x61 < 26 ? byte & 0xDF : byte }
}
