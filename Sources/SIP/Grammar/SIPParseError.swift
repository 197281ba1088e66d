/// Why octets or a header field are not SIP: what was found, what was expected, and the remedy.
///
/// An error about a request that can still be answered carries the request in `recoverable`: the caller answers it
/// with `status` and `reason`, building the response from whatever header fields are there, and forgets it.
public struct SIPParseError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of mistake.
    public enum Code: Hashable, Sendable {
        /// Nothing but line ends: a keep-alive (RFC 5626 clause 3.5.1), not a message.
        case empty
        /// A limit of `SIPLimits` is passed.
        case tooLarge
        /// The octets end before the message does.
        case truncated
        /// Neither a request line nor a status line.
        case malformedStartLine
        /// A request line with another version than SIP/2.0.
        case unsupportedVersion
        /// A URI outside its grammar.
        case malformedURI
        /// A header field outside its grammar.
        case malformedHeader
        /// A mandatory header field is absent.
        case missingHeader
        /// A header field that may occur once occurs more often.
        case duplicateHeader
        /// Content-Length is absent on a stream, negative, no number or larger than the message.
        case badContentLength
    }

    /// The kind of mistake.
    public var code: Code
    /// What was found and what was expected; never contains the peer's text.
    public var message: String
    /// The place: a header field's name, or the part of the message.
    public var place: String
    /// The octet's offset inside the place, where known.
    public var offset: Int?
    /// The request, as far as it was understood, when it can be answered.
    public var recoverable: SIPRequest?

    /// An error that names the mistake, the place and the expectation.
    public init(_ code: Code, _ message: String, in place: String, at offset: Int? = nil) {
        self.code = code
        self.message = message
        self.place = place
        self.offset = offset
    }

    /// The status of the response that a request with this mistake gets.
    public var status: Int {
        switch code {
        case .unsupportedVersion: 505
        case .tooLarge: 513
        default: 400
        }
    }

    /// The reason phrase for `status`, safe to send: it holds nothing of the peer's text.
    public var reason: String {
        switch code {
        case .unsupportedVersion: "Version Not Supported"
        case .tooLarge: "Message Too Large"
        case .missingHeader: "Missing \(place)"
        case .duplicateHeader: "Multiple \(place)"
        default: "Malformed \(place)"
        }
    }

    /// What the sender, or the operator, can do about it.
    public var remedy: String {
        switch code {
        case .empty: "answer a keep-alive if the transport asks for it"
        case .tooLarge: "shorten the message, or raise SIPLimits"
        case .truncated: "use a transport without a datagram limit, such as TCP"
        case .malformedStartLine: "send Method SP Request-URI SP SIP/2.0, or SIP/2.0 SP status SP reason"
        case .unsupportedVersion: "send SIP/2.0"
        case .malformedURI: "escape what the URI grammar of RFC 3261 clause 25.1 forbids"
        case .malformedHeader: "write the field by its grammar in RFC 3261 clause 25.1"
        case .missingHeader: "add the field"
        case .duplicateHeader: "send the field once"
        case .badContentLength: "send one Content-Length with the number of octets in the body"
        }
    }

    public var description: String {
        let position = offset.map { " at octet \($0)" } ?? ""
        return "\(place)\(position): \(message); \(remedy)"
    }
}
