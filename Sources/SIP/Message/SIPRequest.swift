/// A request: what is asked of whom, with its header fields and body.
public struct SIPRequest: Hashable, Sendable {
    /// What is asked.
    public var method: SIPMethod
    /// The Request-URI.
    public var uri: SIPURI
    /// The header fields; `serialized()` writes Content-Length itself.
    public var headers: SIPHeaders
    /// The body's octets.
    public var body: [UInt8]

    /// A request from its parts.
    public init(method: SIPMethod, uri: SIPURI, headers: SIPHeaders = SIPHeaders(), body: [UInt8] = []) {
        self.method = method
        self.uri = uri
        self.headers = headers
        self.body = body
    }

    /// The octets to send.
    public func serialized() -> [UInt8] {
        MessageWriter.write(startLine: "\(method) \(uri) SIP/2.0", headers: headers, body: body)
    }
}
