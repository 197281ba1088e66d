/// A request's method; methods that are not known keep their text, and case counts (RFC 3261 clause 7.1).
public struct SIPMethod: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The method as written.
    public let rawValue: String

    /// A method of any name.
    public init(rawValue: String) { self.rawValue = rawValue }

    public var description: String { rawValue }

    /// Begins or changes a session (RFC 3261).
    public static let invite = SIPMethod(rawValue: "INVITE")
    /// Confirms the final answer to an INVITE (RFC 3261).
    public static let ack = SIPMethod(rawValue: "ACK")
    /// Ends a session (RFC 3261).
    public static let bye = SIPMethod(rawValue: "BYE")
    /// Gives up a pending INVITE (RFC 3261).
    public static let cancel = SIPMethod(rawValue: "CANCEL")
    /// Binds an address of record to contacts (RFC 3261).
    public static let register = SIPMethod(rawValue: "REGISTER")
    /// Asks for capabilities (RFC 3261).
    public static let options = SIPMethod(rawValue: "OPTIONS")
    /// Carries application data inside a session (RFC 6086).
    public static let info = SIPMethod(rawValue: "INFO")
    /// Carries a text message (RFC 3428).
    public static let message = SIPMethod(rawValue: "MESSAGE")
    /// Acknowledges a reliable provisional response (RFC 3262).
    public static let prack = SIPMethod(rawValue: "PRACK")
    /// Changes a session without a new INVITE (RFC 3311).
    public static let update = SIPMethod(rawValue: "UPDATE")
    /// Asks the peer to call somebody else (RFC 3515).
    public static let refer = SIPMethod(rawValue: "REFER")
    /// Reports an event of a subscription (RFC 6665).
    public static let notify = SIPMethod(rawValue: "NOTIFY")
    /// Asks for reports of events (RFC 6665).
    public static let subscribe = SIPMethod(rawValue: "SUBSCRIBE")
    /// Publishes an event state (RFC 3903).
    public static let publish = SIPMethod(rawValue: "PUBLISH")
}
