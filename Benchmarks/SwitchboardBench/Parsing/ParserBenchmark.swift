import SDP
import SIP

/// Measures how long the parser takes for a carrier's INVITE.
enum ParserBenchmark {
    enum Failure: Error { case notAnInvite }

    static func run() throws -> [Figure] {
        let message = Array(text.utf8)
        let parse = try microseconds {
            guard case .request(let request) = try SIPParser.parse(message), request.method == .invite else {
                throw Failure.notAnInvite
            }
        }
        // What an engine needs of an INVITE before it can decide anything.
        let read = try microseconds {
            guard case .request(let request) = try SIPParser.parse(message), request.validationFailure() == nil else {
                throw Failure.notAnInvite
            }
            _ = try request.headers.from
        }
        let body = Array(sdp.utf8)
        let description = try microseconds { _ = try SessionDescription(parsing: body) }
        return [
            .measured("sip.parse_invite_us", parse, "us"), .measured("sip.parse_and_check_invite_us", read, "us"),
            .measured("sdp.parse_offer_us", description, "us"),
        ]
    }

    /// Median of rounds, each long enough for the clock.
    private static func microseconds(_ body: () throws -> Void) throws -> Double {
        let count = 5000
        var rounds = Samples()
        for _ in 0..<15 {
            let begun = ContinuousClock.now
            for _ in 0..<count { try body() }
            rounds.add((ContinuousClock.now - begun) / .microseconds(1) / Double(count))
        }
        return rounds.median
    }

    private static let sdp = [
        "v=0", "o=carrier 53655765 2353687637 IN IP4 192.0.2.10", "s=call", "c=IN IP4 192.0.2.11", "t=0 0",
        "m=audio 49170 RTP/AVP 8 0 18 101", "a=rtpmap:8 PCMA/8000", "a=rtpmap:0 PCMU/8000", "a=rtpmap:18 G729/8000",
        "a=fmtp:18 annexb=no", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", "a=ptime:20", "a=sendrecv", "",
    ].joined(separator: "\r\n")

    /// As a carrier sends it: two proxies on the way, identities, a session timer, a body.
    private static let text =
        [
            "INVITE sip:74012000000@203.0.113.5:5060;user=phone SIP/2.0",
            "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK-524287-1---8c1fa0b3d8f3a1c2;rport",
            "Via: SIP/2.0/UDP 198.51.100.7:5060;received=198.51.100.7;branch=z9hG4bK776asdhds",
            "Record-Route: <sip:192.0.2.10;lr;ftag=1928301774>", "Max-Forwards: 68",
            "From: \"Anna Karlsson\" <sip:79112233444@carrier.example;user=phone>;tag=1928301774",
            "To: <sip:74012000000@203.0.113.5;user=phone>", "Call-ID: a84b4c76e66710-3f5c9d@192.0.2.10",
            "CSeq: 314159 INVITE", "Contact: <sip:79112233444@192.0.2.10:5060;transport=udp>",
            "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, REFER, NOTIFY, MESSAGE",
            "Supported: timer, 100rel, replaces", "Session-Expires: 1800;refresher=uac", "Min-SE: 90",
            "P-Asserted-Identity: <sip:+79112233444@carrier.example>", "User-Agent: carrier-sbc/7.4",
            "Content-Type: application/sdp", "Content-Length: \(sdp.utf8.count)", "", "",
        ].joined(separator: "\r\n") + sdp
}
