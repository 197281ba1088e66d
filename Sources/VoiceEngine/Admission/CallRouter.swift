import CallControl
import NIOCore

/// A user as SIP addresses him: name and the domain of his application.
public struct UserAddress: Sendable, Hashable {
    public var username: String
    public var domain: String

    public init(username: String, domain: String) {
        self.username = username
        self.domain = domain
    }
}

/// What the platform keeps instead of a password: the HA1 digests of RFC 7616.
public struct UserSecret: Sendable, Hashable {
    public var md5: String
    public var sha256: String

    public init(md5: String, sha256: String) {
        self.md5 = md5
        self.sha256 = sha256
    }
}

/// Who a call comes from, once that is certain.
public enum CallSource: Sendable, Hashable {
    case trunk(name: TrunkName)
    case user(UserAddress)
    /// A registrar at which the platform is registered.
    case registration(OutboundRegistrationID)
    /// A network that an application trusts.
    case network(domain: String)
    /// A scenario of the application, which calls one of its conferences.
    case conference(domain: String)
}

/// A call that wants to come in: its source is certain, nothing is answered yet.
public struct CallArrival: Sendable, Equatable {
    public var id: CallID
    public var source: CallSource
    /// The number, user name or address that was dialled.
    public var destination: String
    public var callerID: String
    public var displayName: String
    /// Numeric address of the sender.
    public var remoteAddress: String
    /// `X-…` headers of the INVITE.
    public var headers: CallHeaders
    /// The number or user that sent the call here last (RFC 5806); nil for a call that nobody has forwarded.
    public var divertedFrom: String?

    public init(
        id: CallID, source: CallSource, destination: String, callerID: String, displayName: String,
        remoteAddress: String, headers: CallHeaders, divertedFrom: String? = nil
    ) {
        self.id = id
        self.source = source
        self.destination = destination
        self.callerID = callerID
        self.displayName = displayName
        self.remoteAddress = remoteAddress
        self.headers = headers
        self.divertedFrom = divertedFrom
    }
}

/// What becomes of an arrival.
public enum Admission: Sendable, Equatable {
    /// Whoever answered has taken the session and drives it.
    case accepted
    case rejected(status: Int, reason: String)
}

/// The platform as the engine sees it; every call comes on the engine's event loop.
public protocol CallRouter: AnyObject {
    /// The secret of an active user; nil when there is none, which looks the same to the peer as a wrong password.
    func secret(of user: UserAddress) -> EventLoopFuture<UserSecret?>
    /// Whether the application of the domain takes calls from the numeric address without a password.
    func trusts(_ address: String, domain: String) -> EventLoopFuture<Bool>
    /// Decides about an arrival; on acceptance the router has set the session's domain, recordings and event handler, or
    /// given its leg to another session.
    func admit(_ arrival: CallArrival, session: EngineSession) -> EventLoopFuture<Admission>
}
