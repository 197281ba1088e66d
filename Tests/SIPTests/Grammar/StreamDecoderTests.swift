import SIP
import Testing

@Suite("Stream decoder")
struct StreamDecoderTests {
    private static let register = """
        REGISTER sip:example.com SIP/2.0\r
        Via: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1\r
        From: <sip:a@example.com>;tag=1\r
        To: <sip:a@example.com>\r
        Call-ID: r1\r
        CSeq: 1 REGISTER\r
        Content-Length: 0\r
        \r

        """
    private static let message = """
        MESSAGE sip:b@example.com SIP/2.0\r
        Via: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK2\r
        From: <sip:a@example.com>;tag=1\r
        To: <sip:b@example.com>\r
        Call-ID: m1\r
        CSeq: 2 MESSAGE\r
        Content-Type: text/plain\r
        l: 11\r
        \r
        hello\r
        SIP!
        """
    private static let stream = Array("\r\n\r\n\(register)\r\n\r\n\(message)\(register)".utf8)

    /// All messages and errors that a stream gives when it comes in pieces.
    private func decode(_ bytes: [UInt8], pieces: Int, limits: SIPLimits = .standard) -> [String] {
        var decoder = SIPStreamDecoder(limits: limits)
        var results: [String] = []
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            decoder.append(bytes[start..<min(start + pieces, bytes.count)])
            results += drain(&decoder)
        }
        return results
    }

    private func drain(_ decoder: inout SIPStreamDecoder) -> [String] {
        var results: [String] = []
        while !decoder.isBroken {
            do throws(SIPParseError) {
                guard let message = try decoder.next() else { return results }
                let body = String(decoding: message.body, as: UTF8.self)
                results.append("\(message.headers.first(.callID) ?? "") \(body)")
            } catch {
                results.append("error \(error.status)\(decoder.isBroken ? " broken" : "")")
            }
        }
        return results
    }

    @Test("the messages of a stream are the same however it is cut", arguments: 1...40)
    func dripFeed(_ pieces: Int) {
        #expect(decode(Self.stream, pieces: pieces) == ["r1 ", "m1 hello\r\nSIP!", "r1 "])
    }

    @Test("every cut into two pieces gives the same messages")
    func everyCut() throws {
        for cut in 0...Self.stream.count {
            var decoder = SIPStreamDecoder()
            decoder.append(Self.stream[..<cut])
            let first = drain(&decoder)
            decoder.append(Self.stream[cut...])
            #expect(first + drain(&decoder) == ["r1 ", "m1 hello\r\nSIP!", "r1 "], "cut at \(cut)")
        }
    }

    @Test("two line ends between messages are a ping, one is none")
    func keepAlive() throws {
        var decoder = SIPStreamDecoder()
        decoder.append(Self.stream)
        _ = drain(&decoder)
        #expect(decoder.keepAliveCount == 2)
        decoder.append("\r\n".utf8)
        #expect(try decoder.next() == nil)
        #expect(decoder.keepAliveCount == 2)
        decoder.append("\r\n".utf8)
        #expect(try decoder.next() == nil)
        #expect(decoder.keepAliveCount == 3)
    }

    @Test("a wrong message with a good length is skipped and the next is read")
    func wrongMessage() {
        let wrong = Self.message.replacing("MESSAGE sip:b@example.com", with: "MESSAGE <sip:b@example.com>")
        #expect(decode(Array((wrong + Self.register).utf8), pieces: 7) == ["error 400", "r1 "])
    }

    @Test(
        "a stream whose framing is lost is broken for good",
        arguments: [
            "", "Content-Length: -1\r\n", "Content-Length: 1\r\nl: 1\r\n", "Content-Length: 99999999999999999999\r\n",
        ])
    func lostFraming(_ line: String) {
        let wrong = Self.register.replacing("Content-Length: 0\r\n", with: line)
        #expect(decode(Array((wrong + Self.register).utf8), pieces: 50) == ["error 400 broken"])
    }

    @Test("endless headers and huge bodies are refused before they are stored")
    func limits() {
        var limits = SIPLimits.standard
        limits.head = 500
        limits.body = 10
        let endless = Array("OPTIONS sip:a@b SIP/2.0\r\n".utf8) + Array(repeating: UInt8(ascii: "a"), count: 600)
        #expect(decode(endless, pieces: 100, limits: limits) == ["error 513 broken"])
        #expect(decode(Array(Self.message.utf8), pieces: 1000, limits: limits) == ["error 513 broken"])
        limits.headerCount = 3
        #expect(decode(Array(Self.register.utf8), pieces: 1000, limits: limits) == ["error 513 broken"])
    }
}
