/// The public address of a user, which a registrar binds to the phones that the user has.
public struct AddressOfRecord: Hashable, Sendable, CustomStringConvertible {
    /// User and domain in the canonical form of RFC 3261 10.3: no parameters, escapes resolved, domain in lower case.
    public let user: String
    /// The domain in lower case.
    public let domain: String

    /// The address `user` at `domain`.
    public init(user: String, domain: String) {
        self.user = user
        self.domain = domain.lowercased()
    }

    /// The address that a URI names, parameters and port aside; nil for a URI without user or another scheme.
    public init?(_ uri: SIPURI) {
        guard uri.isSIP, let user = uri.user, !user.isEmpty else { return nil }
        self.init(user: user, domain: uri.bareHost)
    }

    public var description: String { "\(user)@\(domain)" }
}
