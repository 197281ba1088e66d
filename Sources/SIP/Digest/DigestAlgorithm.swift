import Digests

/// The hash of a digest challenge and how it is used (RFC 7616 clause 3.3, RFC 8760).
public enum DigestAlgorithm: Hashable, Sendable {
    /// For phones that know nothing else.
    case md5
    /// MD5 with a session key.
    case md5Session
    /// The one to prefer.
    case sha256
    /// SHA-256 with a session key.
    case sha256Session
    /// An algorithm that is not known; its challenges are passed over.
    case other(String)

    /// The algorithm of a token in any case; no token means MD5.
    public init(token: String?) {
        self =
            switch CaseFolding.lowercased(token ?? "md5") {
            case "md5": .md5
            case "md5-sess": .md5Session
            case "sha-256": .sha256
            case "sha-256-sess": .sha256Session
            default: .other(token ?? "")
            }
    }

    /// The token as it is sent.
    public var token: String {
        switch self {
        case .md5: "MD5"
        case .md5Session: "MD5-sess"
        case .sha256: "SHA-256"
        case .sha256Session: "SHA-256-sess"
        case .other(let token): token
        }
    }

    /// `H(username:realm:password)` in hexadecimal, all that a server needs to store; nil for an unknown algorithm.
    public func ha1(username: String, realm: String, password: String) -> String? {
        hash?.hexDigest("\(username):\(realm):\(password)")
    }

    var hash: HashFunction? {
        switch self {
        case .md5, .md5Session: .md5
        case .sha256, .sha256Session: .sha256
        case .other: nil
        }
    }

    var isSession: Bool { self == .md5Session || self == .sha256Session }
}
