import Foundation
import SDP
import Testing

/// Keys of SRTP in offers and answers (RFC 4568).
@Suite struct ProtectionTests {
    private static let suites: [CryptoSuite] = [
        .aeadAES128GCM, .aesCM128HMACSHA1Tag80, .aesCM128HMACSHA1Tag32,
    ]

    private static func key(_ suite: CryptoSuite, _ octet: UInt8) throws -> MediaKey {
        try #require(MediaKey(suite, octets: [UInt8](repeating: octet, count: suite.keyLength)))
    }

    private static func inline(_ suite: CryptoSuite, _ octet: UInt8) throws -> String {
        Data(try key(suite, octet).octets).base64EncodedString()
    }

    private static func protection(isRequired: Bool = false) throws -> AudioProtection {
        AudioProtection(isRequired: isRequired, keys: try suites.map { try key($0, 7) })
    }

    private static func local(_ protection: AudioProtection?) -> AudioCapabilities {
        AudioCapabilities(address: "192.0.2.10", port: 20_000, sessionID: 77, protection: protection)
    }

    private static func offer(_ lines: [String], transport: String = "RTP/SAVP") throws -> SessionDescription {
        try OfferAnswerTests.offer(["m=audio 4000 \(transport) 0"] + lines)
    }

    private static func crypto(_ description: SessionDescription) -> [String] {
        description.text.split(separator: "\r\n").filter { $0.hasPrefix("a=crypto:") }.map { String($0.dropFirst(9)) }
    }

    @Test func theFirstKnownSuiteOfTheOfferIsAnsweredWithItsTag() throws {
        let offer = try Self.offer([
            "a=crypto:1 F8_128_HMAC_SHA1_80 inline:\(try Self.inline(.aesCM128HMACSHA1Tag80, 1))",
            "a=crypto:4 AES_CM_128_HMAC_SHA1_32 inline:\(try Self.inline(.aesCM128HMACSHA1Tag32, 2))|2^31",
            "a=crypto:5 AES_CM_128_HMAC_SHA1_80 inline:\(try Self.inline(.aesCM128HMACSHA1Tag80, 3))",
        ])
        let (answer, agreed) = try OfferAnswer.answer(to: offer, with: Self.local(try Self.protection()))
        #expect(answer.media[0].transport == "RTP/SAVP")
        #expect(
            Self.crypto(answer) == ["4 AES_CM_128_HMAC_SHA1_32 inline:\(try Self.inline(.aesCM128HMACSHA1Tag32, 7))"])
        let tag32 = CryptoSuite.aesCM128HMACSHA1Tag32
        #expect(agreed.protection == AgreedProtection(own: try Self.key(tag32, 7), peer: try Self.key(tag32, 2)))
    }

    @Test(
        arguments: [
            // An unknown suite, a key too short, one too long, none, no base64, an index, several keys, a short life.
            "1 AES_CM_999_HMAC inline:AAAA", "1 AES_CM_128_HMAC_SHA1_80 inline:AAAA",
            "1 AES_CM_128_HMAC_SHA1_80 inline:" + String(repeating: "A", count: 44),
            "1 AES_CM_128_HMAC_SHA1_80 inline:", "1 AES_CM_128_HMAC_SHA1_80 inline:!!!!",
            "1 AES_CM_128_HMAC_SHA1_80 inline:" + String(repeating: "A", count: 40) + "|2^31|1:4",
            "1 AES_CM_128_HMAC_SHA1_80 inline:" + String(repeating: "A", count: 40) + "|1:4",
            "1 AES_CM_128_HMAC_SHA1_80 inline:AAAA;inline:AAAA",
            "1 AES_CM_128_HMAC_SHA1_80 inline:" + String(repeating: "A", count: 40) + "|2^4",
            "1 AES_CM_128_HMAC_SHA1_80 inline:" + String(repeating: "A", count: 40) + " UNENCRYPTED_SRTP",
            "x AES_CM_128_HMAC_SHA1_80 inline:" + String(repeating: "A", count: 40),
            "1 AES_CM_128_HMAC_SHA1_80", "",
        ])
    func aLineThatCannotBeUsedAgreesNothing(line: String) throws {
        let offer = try Self.offer(["a=crypto:\(line)"])
        let error = #expect(throws: SDPError.self) {
            try OfferAnswer.answer(to: offer, with: Self.local(try Self.protection()))
        }
        #expect(error?.code == .noCommonProtection)
        #expect(error?.sipStatus == 488)
        // Beside a plain offer such a line is passed over.
        let plain = try Self.offer(["a=crypto:\(line)"], transport: "RTP/AVP")
        let (answer, agreed) = try OfferAnswer.answer(to: plain, with: Self.local(try Self.protection()))
        #expect(agreed.protection == nil && Self.crypto(answer).isEmpty)
    }

    @Test func thePolicyDecidesAboutPlainAndEncryptedOffers() throws {
        let line = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:\(try Self.inline(.aesCM128HMACSHA1Tag80, 1))"
        let without = AudioProtection(isRequired: false, keys: [])
        func outcome(_ lines: [String], _ transport: String, _ local: AudioProtection?) -> Bool? {
            guard let offer = try? Self.offer(lines, transport: transport),
                let (_, agreed) = try? OfferAnswer.answer(to: offer, with: Self.local(local))
            else { return nil }
            return agreed.protection != nil
        }
        #expect(outcome([line], "RTP/SAVP", nil) == nil)
        #expect(outcome([line], "RTP/SAVP", without) == nil)
        #expect(outcome([line], "RTP/SAVP", try Self.protection()) == true)
        #expect(outcome([line], "RTP/AVP", nil) == false)
        #expect(outcome([line], "RTP/AVP", without) == false)
        #expect(outcome([line], "RTP/AVP", try Self.protection(isRequired: true)) == true)
        #expect(outcome([], "RTP/AVP", try Self.protection()) == false)
        #expect(outcome([], "RTP/AVP", try Self.protection(isRequired: true)) == nil)
    }

    @Test func anOptionalOfferIsTakenWithAndWithoutEncryptionARequiredOneOnlyWith() throws {
        for isRequired in [false, true] {
            let protection = try Self.protection(isRequired: isRequired)
            let offer = AudioOffer.make(address: "192.0.2.1", port: 4000, sessionID: 1, protection: protection)
            #expect(offer.media[0].transport == (isRequired ? "RTP/SAVP" : "RTP/AVP"))
            #expect(Self.crypto(offer).map { $0.prefix(2) } == ["1 ", "2 ", "3 "])
            let peer = AudioProtection(isRequired: false, keys: [try Self.key(.aesCM128HMACSHA1Tag80, 9)])
            let (answer, theirs) = try OfferAnswer.answer(to: offer, with: Self.local(peer))
            let ours = try OfferAnswer.agree(offer: offer, answer: answer)
            #expect(ours.protection?.own == theirs.protection?.peer)
            #expect(ours.protection?.peer == theirs.protection?.own)
            #expect(ours.protection?.own.suite == .aesCM128HMACSHA1Tag80)
            var plain = answer
            plain.media[0].attributes.removeAll { $0.name == "crypto" }
            if isRequired {
                let error = #expect(throws: SDPError.self) { try OfferAnswer.agree(offer: offer, answer: plain) }
                #expect(error?.code == .noCommonProtection)
            } else {
                #expect(try OfferAnswer.agree(offer: offer, answer: plain).protection == nil)
            }
        }
    }

    @Test func anAnswerWithAForeignTagOrSuiteAgreesNothing() throws {
        let offer = AudioOffer.make(
            address: "192.0.2.1", port: 4000, sessionID: 1, protection: try Self.protection())
        for line in [
            "9 AES_CM_128_HMAC_SHA1_80 inline:\(try Self.inline(.aesCM128HMACSHA1Tag80, 1))",
            "1 AES_CM_128_HMAC_SHA1_80 inline:\(try Self.inline(.aesCM128HMACSHA1Tag80, 1))",
            "2 AES_CM_128_HMAC_SHA1_80 inline:AAAA",
        ] {
            let answer = try Self.offer(["a=crypto:\(line)"], transport: "RTP/AVP")
            let error = #expect(throws: SDPError.self) { try OfferAnswer.agree(offer: offer, answer: answer) }
            #expect(error?.code == .noCommonProtection)
        }
    }

    @Test func aRenegotiationKeepsOurKey() throws {
        let line = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:\(try Self.inline(.aesCM128HMACSHA1Tag80, 1))"
        let (first, _) = try OfferAnswer.answer(
            to: try Self.offer([line]), with: Self.local(try Self.protection()))
        let fresh = AudioProtection(isRequired: false, keys: try Self.suites.map { try Self.key($0, 99) })
        let (second, agreed) = try OfferAnswer.answer(
            to: try Self.offer([line, "a=sendonly"]), with: Self.local(fresh), previous: first)
        #expect(agreed.protection?.own == (try Self.key(.aesCM128HMACSHA1Tag80, 7)))
        #expect(second.origin.version == first.origin.version + 1)
    }

    @Test func keysAreNotPrinted() throws {
        let offer = AudioOffer.make(
            address: "192.0.2.1", port: 4000, sessionID: 1, protection: try Self.protection())
        let secret = try Self.inline(.aesCM128HMACSHA1Tag80, 7)
        #expect(offer.text.contains(secret))
        let agreed = AgreedProtection(
            own: try Self.key(.aesCM128HMACSHA1Tag80, 7), peer: try Self.key(.aesCM128HMACSHA1Tag80, 7))
        for printed in ["\(offer)", String(reflecting: offer), "\(agreed)", String(reflecting: agreed)] {
            #expect(!printed.contains(secret) && !printed.contains("7, 7, 7"))
        }
    }
}
