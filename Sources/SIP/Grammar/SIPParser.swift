/// Reads one message from one datagram or WebSocket frame (RFC 3261 clauses 7 and 18.3).
///
/// Octets behind Content-Length are ignored; without Content-Length the body is the rest. Header values are kept as
/// written, and octets that are not UTF-8 become replacement characters. Syntax inside header values is checked when
/// they are asked for; `SIPRequest.validationFailure()` asks for all that an answer depends on.
public enum SIPParser {
    /// The message in `bytes`; never reads outside of them.
    public static func parse(
        _ bytes: UnsafeRawBufferPointer, limits: SIPLimits = .standard
    ) throws(SIPParseError) -> SIPMessage {
        let bytes = bytes.bindMemory(to: UInt8.self)
        var start = 0
        while start < bytes.count, bytes[start] == .carriageReturn || bytes[start] == .lineFeed { start += 1 }
        guard start < bytes.count else { throw SIPParseError(.empty, "expected a message", in: "datagram") }
        let head = try MessageHead(bytes, from: start, limits: limits)
        return try head.message(body: try body(of: head, in: bytes, limits: limits))
    }

    /// The message in `bytes`.
    public static func parse(
        _ bytes: [UInt8], limits: SIPLimits = .standard
    ) throws(SIPParseError) -> SIPMessage {
        try bytes.withUnsafeBytes { raw in
            Result { () throws(SIPParseError) in try parse(raw, limits: limits) }
        }.get()
    }

    /// The message in `bytes`.
    public static func parse(
        _ bytes: ArraySlice<UInt8>, limits: SIPLimits = .standard
    ) throws(SIPParseError) -> SIPMessage {
        try bytes.withUnsafeBytes { raw in
            Result { () throws(SIPParseError) in try parse(raw, limits: limits) }
        }.get()
    }

    private static func body(
        of head: MessageHead, in bytes: UnsafeBufferPointer<UInt8>, limits: SIPLimits
    ) throws(SIPParseError) -> [UInt8] {
        guard head.problem == nil else { return [] }
        do throws(SIPParseError) {
            let available = bytes.count - head.bodyStart
            let length = try head.contentLength() ?? available
            guard length <= available else {
                throw SIPParseError(.badContentLength, "larger than the message", in: "Content-Length")
            }
            guard length <= limits.body else {
                throw SIPParseError(.tooLarge, "more than \(limits.body) octets", in: "body")
            }
            return Array(bytes[head.bodyStart..<(head.bodyStart + length)])
        } catch {
            throw head.answerable(error)
        }
    }
}
