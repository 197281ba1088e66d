import CallControl

/// A registration that the platform keeps at somebody else's registrar, as the engine needs it.
public struct SIPRegistration: Sendable, Equatable {
    public let id: Int64
    public let accountID: AccountID
    /// User part of the address of record.
    public let userName: String
    /// Host, or host and port, of the registrar: `sip.example.com:5060`.
    public let proxy: String
    /// The name in the digest; nil for the user name.
    public let authUser: String?
    /// Where requests are sent instead of the registrar; nil for the registrar itself.
    public let outboundProxy: String?
    public let password: String?
}

/// What has become of a registration.
public struct SIPRegistrationState: Sendable, Equatable {
    public let id: Int64
    /// Whether the last attempt has ended in 200.
    public let isSuccessful: Bool
    /// SIP status of the last attempt; 408 when nobody answered.
    public let statusCode: Int
    public let reason: String?

    public init(id: Int64, isSuccessful: Bool, statusCode: Int, reason: String? = nil) {
        self.id = id
        self.isSuccessful = isSuccessful
        self.statusCode = statusCode
        self.reason = reason
    }
}

/// Keeps registrations at other registrars.
public protocol SIPRegistrar: Sendable {
    /// Registers what is new or different in the list, and takes back what is no longer in it.
    func keep(_ registrations: [SIPRegistration]) async
}

/// Remembers what is to be registered, where no engine registers it; nothing is ever in state successful.
final class IdleRegistrar: SIPRegistrar {
    func keep(_ registrations: [SIPRegistration]) async {}
}
