import TestCertificates

@testable import Switchboard

/// Settings of a platform that takes TLS with a certificate of a test's own authority.
struct SecureSettings {
    let authority: TestAuthority
    let settings: [String: Settings.Value]

    /// - Parameter subject: whom the platform's certificate names.
    init(srtp: String, subject: String = "IP:127.0.0.1") throws {
        authority = try TestAuthority()
        let identity = try authority.identity(subject)
        settings = [
            "voice.sip.tls.certificate": .text(identity.certificate), "voice.sip.tls.key": .text(identity.key),
            "voice.sip.tls.authorities": .text(authority.certificate), "voice.rtp.srtp": .text(srtp),
        ]
    }
}
