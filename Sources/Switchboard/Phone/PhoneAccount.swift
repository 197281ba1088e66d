import SIP
import VoiceEngine

/// Who a phone is and where it registers.
struct PhoneAccount: Sendable {
    var user: String
    /// The SIP domain; also the realm of its password.
    var domain: String
    /// Nil for a phone that only calls, such as the far end of a trunk.
    var password: String?
    var displayName: String?
    /// Numeric address and port of the server that everything is sent to.
    var serverAddress: String
    var serverPort: UInt16
    var transport: SIPTransportKind = .udp
    /// PEM file of the authorities that may vouch for a TLS server; nil for those of the system.
    var authoritiesPath: String?

    var address: NameAddress {
        NameAddress(displayName: displayName, uri: SIPURI(scheme: "sip", user: user, host: domain))
    }

    var credentials: SIPCredentials? { password.map { SIPCredentials(username: user, password: $0) } }
}
