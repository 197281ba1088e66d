/// A server's demand for digest credentials: one WWW-Authenticate or Proxy-Authenticate line (RFC 7616 clause 3.3).
public struct DigestChallenge: Hashable, Sendable, CustomStringConvertible {
    /// Names whose password is asked for.
    public var realm: String
    /// The server's unguessable text.
    public var nonce: String
    /// What the answer must bring back unchanged.
    public var opaque: String?
    /// Whether the password was right and only the nonce was too old.
    public var isStale: Bool
    /// The hash to use.
    public var algorithm: DigestAlgorithm
    /// The qualities of protection on offer, such as `auth`; empty for a server from before RFC 2617.
    public var qualities: [String]

    /// A challenge from its parts.
    public init(
        realm: String, nonce: String, opaque: String? = nil, isStale: Bool = false,
        algorithm: DigestAlgorithm = .md5, qualities: [String] = ["auth"]
    ) {
        self.realm = realm
        self.nonce = nonce
        self.opaque = opaque
        self.isStale = isStale
        self.algorithm = algorithm
        self.qualities = qualities
    }

    /// The digest challenge in a field's value; nil when the scheme is another.
    public init?(parsing text: String, place: String = "WWW-Authenticate") throws(SIPParseError) {
        let parameters = try AuthenticationParameters(parsing: text, place: place)
        guard CaseFolding.equal(parameters.scheme, "Digest") else { return nil }
        let qualities = (parameters["qop"] ?? "").split { $0 == "," || $0 == " " || $0 == "\t" }
        self.init(
            realm: try parameters.mandatory("realm", place: place),
            nonce: try parameters.mandatory("nonce", place: place), opaque: parameters["opaque"],
            isStale: CaseFolding.equal(parameters["stale"] ?? "", "true"),
            algorithm: DigestAlgorithm(token: parameters["algorithm"]),
            qualities: qualities.map { CaseFolding.lowercased(String($0)) })
    }

    public var description: String {
        var text = "Digest realm=\(QuotedString.encode(realm)), nonce=\(QuotedString.encode(nonce))"
        if let opaque { text += ", opaque=\(QuotedString.encode(opaque))" }
        if isStale { text += ", stale=true" }
        text += ", algorithm=\(algorithm.token)"
        if !qualities.isEmpty { text += ", qop=\(QuotedString.encode(qualities.joined(separator: ",")))" }
        return text
    }
}
