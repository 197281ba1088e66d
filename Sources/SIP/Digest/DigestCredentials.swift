import Digests

/// A client's proof that it knows the password: one Authorization or Proxy-Authorization line (RFC 7616 clause 3.4).
public struct DigestCredentials: Hashable, Sendable, CustomStringConvertible {
    /// Who the client says it is.
    public var username: String
    /// The realm of the challenge.
    public var realm: String
    /// The nonce of the challenge.
    public var nonce: String
    /// The URI that the proof is made over, as the client wrote it.
    public var uri: String
    /// The proof in hexadecimal.
    public var response: String
    /// The algorithm; nil as sent by clients that mean MD5.
    public var algorithm: DigestAlgorithm?
    /// The client's own unguessable text.
    public var cnonce: String?
    /// The text that the challenge asked back.
    public var opaque: String?
    /// The quality of protection, `auth` or `auth-int`.
    public var quality: String?
    /// How often the client has used the nonce, this time included.
    public var nonceCount: UInt32?

    /// Credentials from their parts.
    public init(
        username: String, realm: String, nonce: String, uri: String, response: String,
        algorithm: DigestAlgorithm? = nil, cnonce: String? = nil, opaque: String? = nil, quality: String? = nil,
        nonceCount: UInt32? = nil
    ) {
        self.username = username
        self.realm = realm
        self.nonce = nonce
        self.uri = uri
        self.response = response
        self.algorithm = algorithm
        self.cnonce = cnonce
        self.opaque = opaque
        self.quality = quality
        self.nonceCount = nonceCount
    }

    /// The digest credentials in a field's value; nil when the scheme is another.
    public init?(parsing text: String, place: String = "Authorization") throws(SIPParseError) {
        let parameters = try AuthenticationParameters(parsing: text, place: place)
        guard CaseFolding.equal(parameters.scheme, "Digest") else { return nil }
        var count: UInt32?
        if let digits = parameters["nc"] {
            guard digits.utf8.count <= 8, let number = UInt32(digits, radix: 16) else {
                throw SIPParseError(.malformedHeader, "expected nc as eight hexadecimal digits", in: place)
            }
            count = number
        }
        self.init(
            username: try parameters.mandatory("username", place: place),
            realm: try parameters.mandatory("realm", place: place),
            nonce: try parameters.mandatory("nonce", place: place),
            uri: try parameters.mandatory("uri", place: place),
            response: try parameters.mandatory("response", place: place),
            algorithm: parameters["algorithm"].map { DigestAlgorithm(token: $0) }, cnonce: parameters["cnonce"],
            opaque: parameters["opaque"], quality: parameters["qop"].map(CaseFolding.lowercased), nonceCount: count)
    }

    public var description: String {
        var text = "Digest username=\(QuotedString.encode(username)), realm=\(QuotedString.encode(realm))"
        text += ", nonce=\(QuotedString.encode(nonce)), uri=\(QuotedString.encode(uri))"
        text += ", response=\(QuotedString.encode(response))"
        if let algorithm { text += ", algorithm=\(algorithm.token)" }
        if let cnonce { text += ", cnonce=\(QuotedString.encode(cnonce))" }
        if let opaque { text += ", opaque=\(QuotedString.encode(opaque))" }
        if let quality { text += ", qop=\(quality)" }
        if let nonceCount { text += ", nc=\(Self.eightDigits(nonceCount))" }
        return text
    }

    /// What `response` must be for this HA1 (RFC 7616 clause 3.4.1); nil when algorithm or quality are unknown.
    func expectedResponse(ha1: String, method: SIPMethod, body: [UInt8]) -> String? {
        let algorithm = algorithm ?? .md5
        guard let hash = algorithm.hash else { return nil }
        var ha1 = ha1
        if algorithm.isSession {
            guard let cnonce else { return nil }
            ha1 = hash.hexDigest("\(ha1):\(nonce):\(cnonce)")
        }
        guard let quality else {
            return hash.hexDigest("\(ha1):\(nonce):\(hash.hexDigest("\(method):\(uri)"))")
        }
        guard let cnonce, let nonceCount else { return nil }
        let subject: String
        switch quality {
        case "auth": subject = "\(method):\(uri)"
        case "auth-int": subject = "\(method):\(uri):\(hash.hexDigest(of: body))"
        default: return nil
        }
        let count = Self.eightDigits(nonceCount)
        return hash.hexDigest("\(ha1):\(nonce):\(count):\(cnonce):\(quality):\(hash.hexDigest(subject))")
    }

    private static func eightDigits(_ count: UInt32) -> String {
        let digits = String(count, radix: 16)
        return String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }
}
