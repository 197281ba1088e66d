import Digests

/// What is kept of a user's password: the digests that SIP authentication calculates with (RFC 7616, A1).
public struct UserCredential: Sendable, Equatable {
    /// MD5 of `user:realm:password` in lower-case hexadecimal, for phones that know nothing newer.
    public let ha1MD5: String
    /// SHA-256 of the same.
    public let ha1SHA256: String

    public init(ha1MD5: String, ha1SHA256: String) {
        self.ha1MD5 = ha1MD5
        self.ha1SHA256 = ha1SHA256
    }

    /// - Parameter realm: The application's SIP domain.
    init(user: String, realm: String, password: String) {
        let secret = "\(user):\(realm):\(password)"
        self.init(ha1MD5: HashFunction.md5.hexDigest(secret), ha1SHA256: HashFunction.sha256.hexDigest(secret))
    }
}
