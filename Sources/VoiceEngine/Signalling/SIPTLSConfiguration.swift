/// TLS of SIP connections (RFC 3261 26.2.1), version 1.2 or newer.
public struct SIPTLSConfiguration: Sendable, Equatable {
    /// Where TLS connections are taken, and who this side says it is.
    public struct Listener: Sendable, Equatable {
        /// 0 lets the system choose.
        public var port: Int
        /// PEM file: the certificate, then those that lead to its authority.
        public var certificatePath: String
        /// PEM file of the private key.
        public var keyPath: String

        public init(port: Int, certificatePath: String, keyPath: String) {
            self.port = port
            self.certificatePath = certificatePath
            self.keyPath = keyPath
        }
    }

    /// Nil for an element that only opens connections.
    public var listener: Listener?
    /// PEM file of the authorities that are believed; nil for those of the system.
    public var authoritiesPath: String?

    public init(listener: Listener? = nil, authoritiesPath: String? = nil) {
        self.listener = listener
        self.authoritiesPath = authoritiesPath
    }
}

/// Why TLS cannot be set up; names the file and the remedy.
public enum SIPTLSError: Error, Equatable, CustomStringConvertible {
    case unreadableCertificate(path: String, detail: String)
    case unreadableKey(path: String, detail: String)
    case unreadableAuthorities(path: String, detail: String)
    /// Certificate and key were read but do not make a server.
    case unusable(certificate: String, key: String, detail: String)

    public var description: String {
        switch self {
        case .unreadableCertificate(let path, let detail):
            "The certificate \(path) cannot be read (\(detail)); expected a PEM file that begins with it."
        case .unreadableKey(let path, let detail):
            "The private key \(path) cannot be read (\(detail)); expected a PEM file without a passphrase."
        case .unreadableAuthorities(let path, let detail):
            "The authorities \(path) cannot be read (\(detail)); expected a PEM file of certificates."
        case .unusable(let certificate, let key, let detail):
            "Certificate \(certificate) and key \(key) do not fit together (\(detail)); give the pair that was made "
                + "together."
        }
    }
}
