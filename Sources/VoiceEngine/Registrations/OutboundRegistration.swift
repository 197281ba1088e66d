import CallControl

/// A registration that the engine keeps at somebody else's registrar.
public struct OutboundRegistration: Sendable, Hashable {
    public var id: OutboundRegistrationID
    /// User part of the address of record.
    public var userName: String
    /// Host, or host and port, of the registrar: `sip.example.com:5060`.
    public var proxy: String
    /// The name in the digest; nil for the user name.
    public var authUser: String?
    /// Where requests are sent instead of the registrar; nil for the registrar itself.
    public var outboundProxy: String?
    public var password: String?
    /// User part of the Contact, the same after every start: a call to it is the registration's, whoever sends it, so
    /// it must not be guessed.
    public var contactUser: String
    /// The life that is asked for; the registrar's answer counts.
    public var expiry: Duration

    public init(
        id: OutboundRegistrationID, userName: String, proxy: String, authUser: String? = nil,
        outboundProxy: String? = nil, password: String? = nil, contactUser: String,
        expiry: Duration = .seconds(3600)
    ) {
        self.id = id
        self.userName = userName
        self.proxy = proxy
        self.authUser = authUser
        self.outboundProxy = outboundProxy
        self.password = password
        self.contactUser = contactUser
        self.expiry = expiry
    }
}

/// How an attempt to register has ended.
public struct RegistrationOutcome: Sendable, Hashable {
    public var id: OutboundRegistrationID
    /// SIP status of the registrar's answer; 408 when nobody has answered.
    public var status: Int
    public var reason: String

    public init(id: OutboundRegistrationID, status: Int, reason: String) {
        self.id = id
        self.status = status
        self.reason = reason
    }

    public var isSuccessful: Bool { (200..<300).contains(status) }
}
