import SDP
import Testing

@Suite struct OfferAnswerTests {
    static let local = AudioCapabilities(address: "192.0.2.10", port: 20_000, sessionID: 77)

    static func preferring(_ codecs: [AudioCodec]) -> AudioCapabilities {
        AudioCapabilities(address: local.address, port: local.port, codecs: codecs, sessionID: local.sessionID)
    }

    /// A phone's offer with one stream; `media` replaces or adds lines.
    static func offer(_ media: [String], connection: String = "c=IN IP4 198.51.100.7") throws -> SessionDescription {
        let lines = ["v=0", "o=phone 5 9 IN IP4 198.51.100.7", "s=-", connection, "t=0 0"] + media
        return try SessionDescription(parsing: lines.joined(separator: "\r\n"))
    }

    @Test func `Our offer is the text that phones expect`() {
        let offer = AudioOffer.make(
            address: "192.0.2.10", port: 20_000, codecs: [.pcma, .pcmu], direction: .sendReceive, sessionID: 42,
            version: 3)
        #expect(
            offer.text.split(separator: "\r\n") == [
                "v=0", "o=- 42 3 IN IP4 192.0.2.10", "s=-", "c=IN IP4 192.0.2.10", "t=0 0",
                "m=audio 20000 RTP/AVP 8 0 101", "a=rtpmap:8 PCMA/8000", "a=rtpmap:0 PCMU/8000",
                "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", "a=ptime:20", "a=sendrecv",
            ])
    }

    @Test func `An IPv6 address is written as IP6`() {
        let offer = AudioOffer.make(address: "2001:db8::5", port: 4, sessionID: 1)
        #expect(offer.text.contains("c=IN IP6 2001:db8::5\r\n"))
    }

    @Test func `The answer takes the codec that is preferred here, keeps the peer's numbers and refuses other streams`()
        throws
    {
        let offer = try Self.offer([
            "m=video 4002 RTP/AVP 97", "a=rtpmap:97 H264/90000",
            "m=audio 4000 RTP/AVP 96 9 97 0 98", "a=rtpmap:96 opus/48000/2", "a=rtpmap:97 PCMA/8000",
            "a=rtpmap:98 telephone-event/8000", "a=ptime:30", "a=rtcp:4500",
            "m=audio 4004 RTP/AVP 0",
        ])
        let (answer, agreed) = try OfferAnswer.answer(to: offer, with: Self.preferring([.pcma, .g722]))
        #expect(
            answer.text.split(separator: "\r\n") == [
                "v=0", "o=- 77 1 IN IP4 192.0.2.10", "s=-", "c=IN IP4 192.0.2.10", "t=0 0",
                "m=video 0 RTP/AVP 97",
                "m=audio 20000 RTP/AVP 97 98", "a=rtpmap:97 PCMA/8000", "a=rtpmap:98 telephone-event/8000",
                "a=fmtp:98 0-15", "a=ptime:20", "a=sendrecv",
                "m=audio 0 RTP/AVP 0",
            ])
        #expect(
            agreed
                == AgreedAudio(
                    codec: .pcma, payloadType: 97, receivePayloadType: 97, telephoneEventPayloadType: 98,
                    receiveTelephoneEventPayloadType: 98, remoteAddress: "198.51.100.7", remotePort: 4000,
                    remoteRTCPPort: 4500, direction: .sendReceive, isHeldByRemote: false, ptime: 30))
    }

    @Test func `G.722 has payload type 9 and a clock of 8000, with and without a line that says so`() throws {
        let offer = AudioOffer.make(address: "192.0.2.1", port: 4000, codecs: [.g722, .pcma], sessionID: 1)
        #expect(offer.text.contains("m=audio 4000 RTP/AVP 9 8 101\r\na=rtpmap:9 G722/8000\r\n"))
        for lines in [["m=audio 4000 RTP/AVP 0 9"], ["m=audio 4000 RTP/AVP 0 9", "a=rtpmap:9 G722/8000"]] {
            let (answer, agreed) = try OfferAnswer.answer(to: Self.offer(lines), with: Self.preferring([.g722, .pcmu]))
            #expect(agreed.codec == .g722 && agreed.payloadType == 9)
            #expect(answer.media[0].formats == ["9"])
        }
        // A phone that names the rate of the samples means something that does not exist.
        let wrong = ["m=audio 4000 RTP/AVP 96", "a=rtpmap:96 G722/16000"]
        #expect(throws: SDPError.self) { try OfferAnswer.answer(to: Self.offer(wrong), with: Self.preferring([.g722])) }
    }

    @Test(arguments: [
        ("a=sendonly", MediaDirection.receiveOnly, true), ("a=inactive", .inactive, true),
        ("a=recvonly", .sendOnly, false), ("a=sendrecv", .sendReceive, false),
    ])
    func `Direction and hold follow the offer`(line: String, direction: MediaDirection, held: Bool) throws {
        let offer = try Self.offer(["m=audio 4000 RTP/AVP 0", line])
        let (answer, agreed) = try OfferAnswer.answer(to: offer, with: Self.local)
        #expect(agreed.direction == direction)
        #expect(agreed.isHeldByRemote == held)
        #expect(answer.media[0].direction == direction)
        #expect(agreed.telephoneEventPayloadType == nil)
    }

    @Test(arguments: ["c=IN IP4 0.0.0.0", "c=IN IP6 ::"])
    func `The old hold by an unspecified address takes sending away`(connection: String) throws {
        let offer = try Self.offer(["m=audio 4000 RTP/AVP 0"], connection: connection)
        let (answer, agreed) = try OfferAnswer.answer(to: offer, with: Self.local)
        #expect(agreed.direction == .receiveOnly)
        #expect(agreed.isHeldByRemote)
        #expect(answer.media[0].direction == .receiveOnly)
    }

    @Test func `Our own wish limits the direction`() throws {
        var local = Self.local
        local.direction = .sendOnly
        let (_, agreed) = try OfferAnswer.answer(to: Self.offer(["m=audio 4000 RTP/AVP 0"]), with: local)
        #expect(agreed.direction == .sendOnly)
        let (_, both) = try OfferAnswer.answer(to: Self.offer(["m=audio 4000 RTP/AVP 0", "a=sendonly"]), with: local)
        #expect(both.direction == .inactive)
    }

    @Test(arguments: [
        (["m=audio 4000 RTP/AVP 18"], SDPError.Code.noCommonCodec),
        (["m=audio 4000 RTP/AVP 96", "a=rtpmap:96 PCMU/16000"], .noCommonCodec),
        (["m=audio 0 RTP/AVP 0"], .noAudio), (["m=video 4000 RTP/AVP 0"], .noAudio),
        (["m=audio 4000 RTP/SAVP 0"], .noCommonProtection), ([], .noAudio),
    ])
    func `An offer without usable audio is refused with 488`(media: [String], code: SDPError.Code) throws {
        let offer = try Self.offer(media)
        let error = #expect(throws: SDPError.self) { try OfferAnswer.answer(to: offer, with: Self.local) }
        #expect(error?.code == code)
        #expect(error?.sipStatus == 488)
    }

    @Test func `An offer without address is refused`() throws {
        let offer = try SessionDescription(parsing: "v=0\no=- 1 1 IN IP4 1.1.1.1\nm=audio 4000 RTP/AVP 0")
        let error = #expect(throws: SDPError.self) { try OfferAnswer.answer(to: offer, with: Self.local) }
        #expect(error?.code == .missingConnection)
    }

    @Test func `The version grows with a changed answer only`() throws {
        let talking = try Self.offer(["m=audio 4000 RTP/AVP 0"])
        let holding = try Self.offer(["m=audio 4000 RTP/AVP 0", "a=sendonly"])
        let first = try OfferAnswer.answer(to: talking, with: Self.local).answer
        let same = try OfferAnswer.answer(to: talking, with: Self.local, previous: first).answer
        #expect(same == first)
        let held = try OfferAnswer.answer(to: holding, with: Self.local, previous: same).answer
        #expect(held.origin.version == first.origin.version + 1)
        #expect(held.origin.sessionID == first.origin.sessionID)
    }

    @Test func `The next offer of a session keeps its streams and counts its version`() throws {
        let offer = try Self.offer(["m=audio 4000 RTP/AVP 0", "m=video 4002 RTP/AVP 97"])
        let answer = try OfferAnswer.answer(to: offer, with: Self.local).answer
        let hold = AudioOffer.next(after: answer, direction: .sendOnly)
        #expect(hold.origin.version == answer.origin.version + 1)
        #expect(hold.media.map(\.port) == [20_000, 0])
        #expect(hold.media[0].direction == .sendOnly)
        #expect(hold.media[1].direction == nil)
        #expect(AudioOffer.next(after: hold, direction: .sendOnly) == hold)
    }

    @Test func `Both ends come to the same result`() throws {
        let offer = AudioOffer.make(address: "192.0.2.1", port: 4000, codecs: [.pcmu, .pcma], sessionID: 1)
        var local = Self.local
        local.codecs = [.pcma]
        let (answer, theirs) = try OfferAnswer.answer(to: offer, with: local)
        let ours = try OfferAnswer.agree(offer: offer, answer: answer)
        #expect(ours.codec == .pcma && theirs.codec == .pcma)
        #expect(ours.remoteAddress == "192.0.2.10" && ours.remotePort == 20_000)
        #expect(theirs.remoteAddress == "192.0.2.1" && theirs.remotePort == 4000)
        #expect(ours.telephoneEventPayloadType == 101 && theirs.telephoneEventPayloadType == 101)
        #expect(ours.direction == .sendReceive)
    }

    @Test func `Each direction has its own payload numbers`() throws {
        let offer = AudioOffer.make(address: "192.0.2.1", port: 4000, sessionID: 1)
        let answer = try Self.offer(["m=audio 4000 RTP/AVP 0 97", "a=rtpmap:97 telephone-event/8000"])
        let agreed = try OfferAnswer.agree(offer: offer, answer: answer)
        #expect(agreed.telephoneEventPayloadType == 97)
        #expect(agreed.receiveTelephoneEventPayloadType == 101)
    }

    @Test func `An answer that holds us is seen as such`() throws {
        let offer = AudioOffer.make(address: "192.0.2.1", port: 4000, sessionID: 1)
        let agreed = try OfferAnswer.agree(
            offer: offer, answer: Self.offer(["m=audio 4000 RTP/AVP 0", "a=inactive"]))
        #expect(agreed.direction == .inactive && agreed.isHeldByRemote)
        let asked = AudioOffer.make(address: "192.0.2.1", port: 4000, direction: .sendOnly, sessionID: 1)
        let hold = try OfferAnswer.agree(offer: asked, answer: Self.offer(["m=audio 4000 RTP/AVP 0", "a=recvonly"]))
        #expect(hold.direction == .sendOnly && !hold.isHeldByRemote)
    }

    @Test(arguments: [
        (["m=audio 0 RTP/AVP 0"], SDPError.Code.rejected), (["m=video 1 RTP/AVP 0"], .mismatch), ([], .mismatch),
        (["m=audio 4000 RTP/AVP 18"], .noCommonCodec),
    ])
    func `An answer that does not fit is refused`(media: [String], code: SDPError.Code) throws {
        let offer = AudioOffer.make(address: "192.0.2.1", port: 4000, sessionID: 1)
        let answer = try Self.offer(media)
        let error = #expect(throws: SDPError.self) { try OfferAnswer.agree(offer: offer, answer: answer) }
        #expect(error?.code == code)
    }

    @Test(arguments: [("a=ptime:40", 40), ("a=ptime:25", 20), ("a=ptime:200", 20), ("a=maxptime:10", 10), ("a=x", 20)])
    func `The packet time is what frames of 10 ms can fulfil`(line: String, expected: Int) throws {
        let offer = try Self.offer(["m=audio 4000 RTP/AVP 0", line])
        #expect(try OfferAnswer.answer(to: offer, with: Self.local).agreed.ptime == expected)
    }

    @Test(arguments: [(true, true, UInt16(4000)), (true, false, 4001), (false, true, 4001)])
    func `RTCP shares the port only when both sides want it`(offered: Bool, wanted: Bool, port: UInt16) throws {
        var local = Self.local
        local.multiplexesRTCP = wanted
        let offer = try Self.offer(["m=audio 4000 RTP/AVP 0"] + (offered ? ["a=rtcp-mux"] : []))
        let (answer, agreed) = try OfferAnswer.answer(to: offer, with: local)
        #expect(agreed.remoteRTCPPort == port)
        #expect(answer.media[0].multiplexesRTCP == (offered && wanted))
        let theirs = try OfferAnswer.agree(offer: offer, answer: answer)
        #expect(theirs.remoteRTCPPort == (offered && wanted ? 20_000 : 20_001))
    }
}
