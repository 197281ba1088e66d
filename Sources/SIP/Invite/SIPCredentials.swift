/// A user name and password with which requests answer digest challenges.
public struct SIPCredentials: Hashable, Sendable, CustomStringConvertible {
    /// The user name of the digest.
    public var username: String
    /// The password in the clear, as the digest needs it.
    public var password: String
    /// The only realm that gets an answer; nil answers every one.
    public var realm: String?

    /// Credentials for one realm, or for any.
    public init(username: String, password: String, realm: String? = nil) {
        self.username = username
        self.password = password
        self.realm = realm
    }

    /// Names no password, so that a log cannot.
    public var description: String { "credentials" }
}
