import Testing

/// What becomes of a message of RFC 4475 before any transaction sees it.
enum TortureOutcome: Equatable, Sendable {
    /// Parses, and nothing stands against processing it.
    case accepted
    /// Parses, and is answered with this status.
    case refused(Int)
    /// Does not parse, but is understood well enough to be answered with this status.
    case answered(Int)
    /// Is thrown away: a response that cannot be read.
    case dropped
}

/// One message of RFC 4475 under the name it has there.
struct TortureMessage: CustomTestStringConvertible, Sendable {
    let name: String
    let outcome: TortureOutcome
    let bytes: [UInt8]

    var testDescription: String { name }

    /// A message written with line feeds, sent with CRLF; the body follows the empty line as it is.
    init(_ name: String, _ outcome: TortureOutcome, _ head: String, body: [UInt8] = []) {
        self.name = name
        self.outcome = outcome
        self.bytes = Self.wire(head) + [13, 10, 13, 10] + body
    }

    /// The text with its line feeds made CRLF.
    static func wire(_ text: String) -> [UInt8] {
        text.utf8.flatMap { $0 == 10 ? [13, 10] : [$0] }
    }

    /// The session description that most of the messages carry.
    static func sdp(_ origin: String, connection: String? = nil, time: String = "0 0") -> [UInt8] {
        wire(
            """
            v=0
            o=mhandley 29739 7272939 IN IP4 \(origin)
            s=-
            c=IN IP4 \(connection ?? origin)
            t=\(time)
            m=audio 49217 RTP/AVP 0 12
            m=video 3227 RTP/AVP 31
            a=rtpmap:31 LPC

            """)
    }

    /// All messages of RFC 4475 clause 3.
    static let all = validMessages + invalidMessages + malformedAddressMessages + applicationMessages

    static func named(_ name: String) throws -> TortureMessage {
        try #require(all.first { $0.name == name })
    }
}

/// Repeats as RFC 4475 writes them.
func times(_ count: Int, _ text: String) -> String { String(repeating: text, count: count) }
