/// A URI as SIP uses it: `sip:` and `sips:` in parts, `tel:` as number and parameters, any other scheme opaque.
///
/// Parsing and `description` keep escapes as written, so a URI that is passed on is passed on unchanged. `==` compares
/// the written parts; `isEquivalent(to:)` compares by the rules of RFC 3261 clause 19.1.4.
public struct SIPURI: Hashable, Sendable, CustomStringConvertible {
    /// One `name=value` of the part after the question mark, escapes as written.
    public struct Header: Hashable, Sendable {
        /// The header field's name as written.
        public var name: String
        /// Its value with escapes as written.
        public var value: String

        /// A header with a value that is already escaped.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The scheme in lower case: `sip`, `sips`, `tel` or another.
    public var scheme: String
    /// The user part with escapes as written; for `tel` the number.
    public var rawUser: String?
    /// The password with escapes as written.
    public var rawPassword: String?
    /// The host as written, an IPv6 address in its brackets; empty for `tel` and opaque schemes.
    public var host: String
    /// The port, when written.
    public var port: UInt16?
    /// The parameters behind the host (or the number), values as written.
    public var parameters: SIPParameters
    /// The header fields behind the question mark.
    public var headers: [Header]
    /// For schemes other than `sip`, `sips` and `tel`: everything behind the scheme's colon.
    public var opaque: String?

    /// A `sip`, `sips` or `tel` URI from its parts; `user` is plain text and is escaped where it needs to be.
    public init(
        scheme: String = "sip", user: String? = nil, host: String, port: UInt16? = nil,
        parameters: SIPParameters = SIPParameters()
    ) {
        self.scheme = CaseFolding.lowercased(scheme)
        self.rawUser = user.map { PercentEncoding.encode($0, allowed: PercentEncoding.isAllowedInUser) }
        self.host = host
        self.port = port
        self.parameters = parameters
        self.headers = []
    }

    /// A URI of a scheme that SIP does not take apart.
    public init(scheme: String, opaque: String) {
        self.init(scheme: scheme, host: "")
        self.opaque = opaque
    }

    /// The user part with its escapes resolved, or the number of a `tel` URI; setting it escapes.
    public var user: String? {
        get { rawUser.map(PercentEncoding.decode) }
        set { rawUser = newValue.map { PercentEncoding.encode($0, allowed: PercentEncoding.isAllowedInUser) } }
    }

    /// The password with its escapes resolved; setting it escapes.
    public var password: String? {
        get { rawPassword.map(PercentEncoding.decode) }
        set { rawPassword = newValue.map { PercentEncoding.encode($0, allowed: PercentEncoding.isAllowedInPassword) } }
    }

    /// Whether the scheme is `sip` or `sips`.
    public var isSIP: Bool { scheme == "sip" || scheme == "sips" }

    /// The host without the brackets of an IPv6 reference, as socket functions want it.
    public var bareHost: String { HostName.withoutBrackets(host) }

    /// The `transport` parameter in lower case.
    public var transport: String? { parameters["transport"].map(CaseFolding.lowercased) }

    /// The URI as it is sent, without angle brackets; a parameter cannot end itself or the URI.
    public var description: String {
        if let opaque { return "\(scheme):\(opaque)" }
        var text = scheme + ":"
        if let rawUser {
            text += rawUser
            if let rawPassword { text += ":" + rawPassword }
            if scheme != "tel" { text += "@" }
        }
        text += host
        if let port { text += ":\(port)" }
        for parameter in parameters {
            text += ";" + PercentEncoding.sealed(parameter.name)
            if let value = parameter.value { text += "=" + PercentEncoding.sealed(value) }
        }
        for (index, header) in headers.enumerated() {
            text += (index == 0 ? "?" : "&") + header.name + "=" + header.value
        }
        return text
    }
}

/// Hosts and their IPv6 brackets.
enum HostName {
    static func withoutBrackets(_ host: String) -> String {
        guard host.utf8.first == .openBracket, host.utf8.last == .closeBracket else { return host }
        return String(host.dropFirst().dropLast())
    }

    /// Whether a host without brackets is an IPv6 address, which no name looks like, or four numbers.
    static func isNumeric(_ host: String) -> Bool {
        if host.contains(":") { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isNumber) && UInt8($0) != nil }
    }
}
