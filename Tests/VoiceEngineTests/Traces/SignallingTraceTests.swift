import CallControl
import SIP
import Testing

@testable import VoiceEngine

@Suite("A session hears which SIP messages were exchanged for its legs", .serialized)
struct SignallingTraceTests {
    private func starts(_ messages: [SignallingMessage], of leg: CallID) -> [String] {
        messages.filter { $0.leg == leg }.map { message in
            let line = message.text.prefix { $0 != "\n" }
            let words = line.split(separator: " ")
            return (message.isReceived ? "< " : "> ") + (words.first == "SIP/2.0" ? String(words[1]) : String(words[0]))
        }
    }

    @Test("Both legs of a call, from the challenge to the answer of the last BYE")
    func call() async throws {
        try await EngineStage.run(showsSignalling: true) { stage in
            let (anna, boris) = (try await stage.phone("anna"), try await stage.phone("boris"))
            boris.answersAtOnce = true
            let call = try await anna.call("boris")
            let session = try await stage.session()
            let leg = try await session.bridge(to: "boris")
            try await anna.bye(call)
            try await session.events.first("the end") { if case .disconnected = $0 { true } else { false } }
            try await session.execute(.hangup(leg, code: 16, headers: [:]))
            try await session.signalling.first("the answer to the BYE") {
                $0.leg == leg && $0.isReceived && $0.text.hasPrefix("SIP/2.0 200")
                    && $0.text.contains(#/CSeq: \d+ BYE/#)
            }
            let messages = session.signalling.all
            let incoming = starts(messages, of: session.caller)
            #expect(incoming.prefix(4) == ["< INVITE", "> 401", "< ACK", "< INVITE"], "\(incoming)")
            #expect(incoming.suffix(2) == ["< BYE", "> 200"], "\(incoming)")
            let outgoing = starts(messages, of: leg)
            #expect(outgoing.first == "> INVITE" && outgoing.suffix(2) == ["> BYE", "< 200"], "\(outgoing)")
            #expect(messages.allSatisfy { $0.transport == "UDP" && $0.peer.hasPrefix("127.0.0.1:") })
            let all = messages.map(\.text).joined()
            #expect(all.contains("Authorization: Digest ******") && !all.contains("response=\""))
        }
    }

    @Test("Where nobody wants to see them there are none")
    func off() async throws {
        try await EngineStage.run { stage in
            _ = try await stage.phone("anna").call("desk")
            let session = try await stage.session()
            try await session.execute(.answer(session.caller, headers: [:]))
            try await session.events.first("the answer") { if case .connected = $0 { true } else { false } }
            #expect(session.signalling.all.isEmpty)
        }
    }

    @Test("A call to ourselves has two sides, which no message confuses")
    func sides() throws {
        func message(_ from: String?, _ to: String?, isRequest: Bool) -> SIPMessage {
            let headers = SIPHeaders([
                (.callID, "c"), (.from, "<sip:a@h>" + (from.map { ";tag=\($0)" } ?? "")),
                (.to, "<sip:b@h>" + (to.map { ";tag=\($0)" } ?? "")),
            ])
            guard isRequest else { return .response(SIPResponse(status: 200, headers: headers)) }
            return .request(
                SIPRequest(method: .bye, uri: SIPURI(scheme: "sip", user: nil, host: "h"), headers: headers))
        }
        let caller = DialogOpening(callID: "c", callerTag: "one", isOurs: true)
        let callee = DialogOpening(callID: "c", callerTag: "one", isOurs: false)
        for (from, to, isRequest, isReceived, side) in [
            ("one", nil, true, false, caller), ("one", nil, true, true, callee), ("one", "two", false, true, caller),
            ("one", "two", false, false, callee), ("two", "one", true, false, callee),
            ("two", "one", true, true, caller),
            ("two", "one", false, false, caller), ("two", "one", false, true, callee),
        ] as [(String?, String?, Bool, Bool, DialogOpening)] {
            let candidates = DialogOpening.candidates(
                of: message(from, to, isRequest: isRequest), isReceived: isReceived)
            let other = side == caller ? callee : caller
            #expect(candidates.contains(side) && !candidates.contains(other), "\(from ?? "") \(to ?? "")")
        }
    }
}
