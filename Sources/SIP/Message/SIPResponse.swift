/// A response: a status with its reason phrase, header fields and body.
public struct SIPResponse: Hashable, Sendable {
    /// The status, 100 to 699.
    public var status: Int
    /// The reason phrase; may be empty.
    public var reason: String
    /// The header fields; `serialized()` writes Content-Length itself.
    public var headers: SIPHeaders
    /// The body's octets.
    public var body: [UInt8]

    /// A response from its parts; without a reason the usual phrase of the status is taken.
    public init(status: Int, reason: String? = nil, headers: SIPHeaders = SIPHeaders(), body: [UInt8] = []) {
        self.status = status
        self.reason = reason ?? SIPStatus.reason(status)
        self.headers = headers
        self.body = body
    }

    /// Whether more responses follow: 1xx.
    public var isProvisional: Bool { status < 200 }
    /// Whether the request succeeded: 2xx.
    public var isSuccess: Bool { status >= 200 && status < 300 }
    /// Whether no more responses follow: 200 and above.
    public var isFinal: Bool { status >= 200 }

    /// The octets to send.
    public func serialized() -> [UInt8] {
        MessageWriter.write(startLine: "SIP/2.0 \(status) \(reason)", headers: headers, body: body)
    }
}
