import SIP
import Testing

@testable import VoiceEngine

@Suite struct RedactedSIPMessageTests {
    @Test(
        "What must not be read is left out of lines",
        arguments: [
            ("<sip:anna:geheim@h:5060;x=1>;tag=abcdefgh", "<sip:anna:******@h:5060;x=1>;tag=abcd…"),
            ("sip:anna@h:5060", "sip:anna@h:5060"), ("SIPS:h:5061;tag=abc", "SIPS:h:5061;tag=abc"),
            ("\"A\" <sip:a@h?Replaces=x%3Bto-tag%3Dsecret>", "\"A\" <sip:a@h?******>"),
            ("id@h;to-tag=secret1;from-tag=secret2", "id@h;to-tag=secr…;from-tag=secr…"),
            ("x%3Bfrom-tag%3Dsecret", "x%3Bfrom-tag%3Dsecr…"),
            ("SIP/2.0/UDP h;branch=z9hG4bKabcdefgh;rport", "SIP/2.0/UDP h;branch=z9hG4bKabcd…;rport"),
            ("plain text: nothing", "plain text: nothing"), ("", ""), ("sip:", "sip:"), ("tag=", "tag="),
        ])
    func lines(line: String, shown: String) { #expect(RedactedSIPMessage.withoutSecrets(line) == shown) }

    @Test("Proofs, keys of sound and bodies that are no session descriptions are not shown, all else is")
    func message() {
        let sdp =
            "v=0\r\ns=-\r\nm=audio 4000 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:SECRETKEY\r\nk=clear:SECRETKEY\r\na=ice-pwd:SECRETKEY\r\na=sendrecv\r\n"
        var request = SIPRequest(
            method: .invite, uri: SIPURI(scheme: "sip", user: "100", host: "h"),
            headers: SIPHeaders([
                (.from, "<sip:a@h>;tag=1234567"), ("Authorization", "Digest username=\"a\", response=\"SECRETKEY\""),
                ("proxy-authorization", "SECRETKEY"), ("Authentication-Info", "rspauth=\"SECRETKEY\""),
                ("X-Own", "value"), ("Content-Type", "application/sdp"),
            ]), body: Array(sdp.utf8))
        let text = RedactedSIPMessage(.request(request)).text
        #expect(!text.contains("SECRETKEY"))
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines.first == "INVITE sip:100@h SIP/2.0")
        for line in [
            "Authorization: Digest ******", "X-Own: value", "m=audio 4000 RTP/SAVP 0", "a=crypto:******", "k=******",
            "a=ice-pwd:******", "a=sendrecv",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
        request.headers.set("Content-Type", "application/dtmf-relay")
        request.body = Array("Signal=5".utf8)
        let digits = RedactedSIPMessage(.request(request)).text
        #expect(!digits.contains("Signal") && digits.hasSuffix("(8 bytes, application/dtmf-relay)"))
        request.headers.set("X-Own", String(repeating: "x", count: 100_000))
        #expect(RedactedSIPMessage(.request(request)).text.utf8.count < RedactedSIPMessage.longest + 100)
    }
}
