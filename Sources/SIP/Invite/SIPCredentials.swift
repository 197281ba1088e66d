/// A user name and password with which requests answer digest challenges.
public struct SIPCredentials: Hashable, Sendable, CustomStringConvertible {
    public var username: String
    public var password: String
    /// The only realm that gets an answer; nil answers every one.
    public var realm: String?

    public init(username: String, password: String, realm: String? = nil) {
        self.username = username
        self.password = password
        self.realm = realm
    }

    /// Names no password, so that a log cannot.
    public var description: String { "credentials" }
}
