import SIP
import Testing

@Suite("Parser")
struct SIPParserTests {
    private let options = "OPTIONS sip:h SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nCall-ID: 1\r\n"

    @Test("line ends before a message are skipped, and alone they are a keep-alive")
    func keepAlive() throws {
        #expect(try SIPParser.parse(Array("\r\n\r\n\(options)\r\n".utf8)).request?.method == .options)
        for text in ["", "\r\n\r\n", "\n"] {
            let error = #expect(throws: SIPParseError.self) { try SIPParser.parse(Array(text.utf8)) }
            #expect(error?.code == .empty)
        }
    }

    @Test("without Content-Length the body of a datagram is the rest")
    func bodyWithoutLength() throws {
        #expect(try SIPParser.parse(Array("\(options)\r\nrest".utf8)).body == Array("rest".utf8))
    }

    @Test("bare line feeds end lines, bare carriage returns are refused")
    func lineEnds() throws {
        let feeds = options.replacing("\r\n", with: "\n") + "\n"
        #expect(try SIPParser.parse(Array(feeds.utf8)).headers.count == 2)
        let stray = Array("\(options)Subject: a\rVia: b\r\n\r\n".utf8)
        let error = #expect(throws: SIPParseError.self) { try SIPParser.parse(stray) }
        #expect(error?.code == .malformedHeader && error?.recoverable?.headers.first(.callID) == "1")
    }

    @Test("a line without a colon is skipped, and the request can be answered")
    func lineWithoutColon() {
        let text = "OPTIONS sip:h SIP/2.0\r\nnonsense\r\nCall-ID: 1\r\n\r\n"
        let error = #expect(throws: SIPParseError.self) { try SIPParser.parse(Array(text.utf8)) }
        #expect(error?.status == 400 && error?.recoverable?.headers.first(.callID) == "1")
    }

    @Test("a message that is cut in its header can be answered, one cut in its first line cannot")
    func truncated() {
        let cut = #expect(throws: SIPParseError.self) { try SIPParser.parse(Array(options.utf8)) }
        #expect(cut?.code == .truncated && cut?.recoverable?.headers.count == 2)
        let start = #expect(throws: SIPParseError.self) { try SIPParser.parse(Array("OPTIO".utf8)) }
        #expect(start?.code == .malformedStartLine && start?.recoverable == nil)
    }

    @Test("a status line needs three digits", arguments: ["99", "700", "1000", "2x0", "", "20"])
    func status(_ digits: String) {
        let text = "SIP/2.0 \(digits) OK\r\n\r\n"
        #expect(throws: SIPParseError.self) { try SIPParser.parse(Array(text.utf8)) }
    }

    @Test("the limits hold: start line, field, folded field, number of fields")
    func limits() throws {
        let long = String(repeating: "a", count: 20_000)
        let many = String(repeating: "X: 1\r\n", count: 201)
        let folded = String(repeating: " \(long.prefix(9000))\r\n", count: 2)
        for text in [
            "OPTIONS sip:\(long) SIP/2.0\r\n\r\n", "\(options)X: \(long)\r\n\r\n", "\(options)\(many)\r\n",
            "\(options)X: a\r\n\(folded)\r\n",
        ] {
            let error = #expect(throws: SIPParseError.self) { try SIPParser.parse(Array(text.utf8)) }
            #expect(error?.code == .tooLarge && error?.status == 513)
        }
        let fits = options + String(repeating: "X: 1\r\n", count: 198) + "\r\n"
        #expect(try SIPParser.parse(Array(fits.utf8)).headers.count == 200)
    }

    @Test("octets that are not UTF-8 become replacement characters, the message stays")
    func notUTF8() throws {
        let bytes = Array(options.utf8) + Array("Subject: ".utf8) + [0xFF, 0x41] + Array("\r\n\r\n".utf8)
        #expect(try SIPParser.parse(bytes).headers.first(.subject) == "\u{FFFD}A")
    }

    @Test("slices and raw buffers are read from where they begin")
    func slices() throws {
        let bytes = Array("xx\(options)l: 2\r\n\r\nabcd".utf8)
        #expect(try SIPParser.parse(bytes[2...]).body == Array("ab".utf8))
        let body = try bytes.withUnsafeBytes { try SIPParser.parse(UnsafeRawBufferPointer(rebasing: $0[2...])).body }
        #expect(body == Array("ab".utf8))
    }

    @Test("errors say what, where and the remedy, and never the peer's text")
    func messages() {
        let error = #expect(throws: SIPParseError.self) { try SIPURI(parsing: "sip:secret@host:99999") }
        #expect(error?.description.contains("secret") == false)
        #expect(error?.description.contains("URI at octet") == true)
        #expect(error?.remedy.isEmpty == false)
    }
}
