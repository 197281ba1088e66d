import SDP
import Testing

@Suite struct SessionDescriptionTests {
    /// The example of RFC 8866 section 5, with the lines that SIP adds.
    static let example = [
        "v=0", "o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1", "s=Call to John Smith",
        "i=SDP Offer #1", "u=http://www.jdoe.example.com/home.html", "e=Jane Doe <jane@jdoe.example.com>",
        "p=+1 617 555-6011", "c=IN IP4 198.51.100.1", "b=AS:64", "t=0 0", "a=recvonly", "a=x-unknown:keep me",
        "m=audio 49170 RTP/AVP 0 8 101", "i=first", "c=IN IP6 2001:db8::1", "b=TIAS:64000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-15", "a=ptime:30", "a=sendrecv", "a=rtcp:53020", "a=candidate:1 1 UDP 1 10.0.0.1 8998 typ host",
        "m=video 51372/2 RTP/AVP 99", "c=IN IP4 233.252.0.1/127/3", "a=rtpmap:99 h263-1998/90000",
    ]

    @Test(arguments: ["\r\n", "\n", "\r", "\r\n\r\n"])
    func `A description is read whatever ends its lines and is written again unchanged`(end: String) throws {
        let description = try SessionDescription(parsing: Self.example.joined(separator: end) + end)
        #expect(description.text == Self.example.joined(separator: "\r\n") + "\r\n")
    }

    @Test func `The parts of a description are accessible`() throws {
        let description = try SessionDescription(parsing: Self.example.joined(separator: "\r\n"))
        #expect(description.origin.sessionID == 3_724_394_400)
        #expect(description.origin.version == 3_724_394_405)
        #expect(description.sessionName == "Call to John Smith")
        #expect(description.connection?.address == "198.51.100.1")
        let audio = try #require(description.media.first)
        #expect(audio.kind == "audio" && audio.port == 49170 && audio.payloadTypes == [0, 8, 101])
        #expect(audio.connection?.family == .ip6)
        #expect(audio.rtpMap(for: 101)?.encoding == "telephone-event")
        #expect(audio.rtpMap(for: 0) == RTPMap(payloadType: 0, encoding: "PCMU", clockRate: 8000))
        #expect(audio.rtpMap(for: 3) == nil)
        #expect(audio.formatParameters(for: 101) == "0-15")
        #expect(audio.formatParameters(for: 8) == nil)
        #expect(audio.packetTime == 30)
        #expect(audio.rtcpPort() == 53020 && !audio.multiplexesRTCP)
        #expect(description.direction(of: audio) == .sendReceive)
        let video = description.media[1]
        #expect(video.portCount == 2 && video.connection?.multicastScope == "127/3")
        #expect(description.direction(of: video) == .receiveOnly)
    }

    @Test func `Session name and time may be missing`() throws {
        let description = try SessionDescription(
            parsing: "v=0\no=- 1 1 IN IP4 10.0.0.1\nc=IN IP4 10.0.0.1\nm=audio 4 RTP/AVP 0")
        #expect(description.sessionName == "-")
        #expect(description.timings == ["0 0"])
    }

    @Test(arguments: [
        ("", SDPError.Code.missingLine), ("o=- 1 1 IN IP4 1.1.1.1", .missingLine), ("v=1", .malformedLine),
        ("v=0", .missingLine), ("v=0\no=- 1 1 IN IP4", .malformedLine), ("v=0\no=- x 1 IN IP4 1.1.1.1", .malformedLine),
        ("v=0\no=- 1 1 IN IP5 1.1.1.1", .malformedLine), ("v=0\no=- 1 1 IN IP4 1.1.1.1\nc=IN IP4", .malformedLine),
        ("v=0\no=- 1 1 IN IP4 1.1.1.1\nm=audio", .malformedLine),
        ("v=0\no=- 1 1 IN IP4 1.1.1.1\nm=audio 65536 RTP/AVP 0", .malformedLine),
        ("v=0\no=- 1 1 IN IP4 1.1.1.1\nm=audio 4/0 RTP/AVP 0", .malformedLine),
        ("v=0\no=- 1 1 IN IP4 1.1.1.1\nnonsense", .malformedLine),
        ("v=0\n" + String(repeating: "a=x\n", count: 3000), .tooLarge),
        ("v=0\no=- 1 1 IN IP4 1.1.1.1\n" + String(repeating: "m=audio 1 RTP/AVP 0\n", count: 65), .tooLarge),
        (String(repeating: "x", count: 70_000), .tooLarge),
    ])
    func `Broken text is refused with the kind of trouble and the status 400`(text: String, code: SDPError.Code) {
        let error = #expect(throws: SDPError.self) { try SessionDescription(parsing: text) }
        #expect(error?.code == code)
        #expect(error?.sipStatus == 400)
    }

    @Test func `The number of the wrong line is told`() {
        let error = #expect(throws: SDPError.self) {
            try SessionDescription(parsing: "v=0\r\no=- 1 1 IN IP4 1.1.1.1\r\ns=-\r\nc=nonsense\r\n")
        }
        #expect(error?.line == 4)
    }

    @Test func `A value with a line break cannot smuggle in a line`() throws {
        var description = try SessionDescription(parsing: Self.example.joined(separator: "\n"))
        description.sessionName = "x\r\nm=audio 9 RTP/AVP 0"
        description.attributes = [SDPAttribute("note", "a\nb")]
        let again = try SessionDescription(parsing: description.text)
        #expect(again.media.count == 2)
        #expect(again.sessionName == "xm=audio 9 RTP/AVP 0")
        #expect(again.attributes == [SDPAttribute("note", "ab")])
    }

    @Test func `Truncated and mutated text never traps, and what is read survives another round`() throws {
        let original = Array(Self.example.joined(separator: "\r\n").utf8)
        var generator = SeededGenerator(seed: 7)
        var readable = 0
        for round in 0..<3000 {
            var bytes = Array(original.prefix(round < original.count ? round : original.count))
            for _ in 0..<Int.random(in: 0...8, using: &generator) where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            guard let description = try? SessionDescription(parsing: bytes) else { continue }
            readable += 1
            #expect(try SessionDescription(parsing: description.text).text == description.text)
            _ = description.media.map { ($0.rtpMaps, $0.packetTime, $0.rtcpPort(), $0.formatParameters(for: 101)) }
            _ = try? OfferAnswer.answer(to: description, with: AudioCapabilities(address: "::1", port: 4, sessionID: 1))
            _ = try? OfferAnswer.agree(offer: description, answer: description)
        }
        #expect(readable > 100)
    }
}
