import Testing

@testable import SIP

@Suite("Matching of messages to transactions")
struct TransactionLayerTests {
    private let flow = SIPFlow(
        transport: .udp, localAddress: "10.0.0.2", localPort: 5060, remoteAddress: "10.0.0.1", remotePort: 5060)
    private let start = SIPInstant(nanoseconds: 0)
    private var layer = TransactionLayer()

    private func request(_ method: SIPMethod, via: String, to: String = "<sip:b@example>") -> SIPRequest {
        var request = SIPRequest(method: method, uri: SIPURI(user: "b", host: "example"))
        request.headers = [
            "Via": via, "From": "<sip:a@example>;tag=from", "To": to, "Call-ID": "call",
            "CSeq": "1 \(method == .ack || method == .cancel ? method : .invite)",
        ]
        return request
    }

    private mutating func actions(after message: SIPRequest) -> [TransactionAction] {
        layer.receive(.request(message), from: flow, at: start)
        var actions: [TransactionAction] = []
        while let action = layer.nextAction() { actions.append(action) }
        return actions
    }

    private func opened(_ actions: [TransactionAction]) -> TransactionID? {
        guard case .request(_, let id, _)? = actions.first else { return nil }
        return id
    }

    @Test("The same branch from another sent-by, or with another method, is another transaction")
    mutating func serverKeys() {
        let via = "SIP/2.0/UDP one.example;branch=z9hG4bKx"
        let first = opened(actions(after: request(.invite, via: via)))
        #expect(first != nil)
        #expect(actions(after: request(.invite, via: via)).isEmpty)
        #expect(actions(after: request(.invite, via: "SIP/2.0/UDP ONE.example;branch=z9hG4bKx")).isEmpty)
        var elsewhere = request(.invite, via: "SIP/2.0/UDP two.example;branch=z9hG4bKx")
        elsewhere.headers.set(.callID, "other")
        let second = opened(actions(after: elsewhere))
        #expect(second != nil && second != first)
        guard case .cancel(_, _, let invite, _)? = actions(after: request(.cancel, via: via)).first else {
            Issue.record("expected a CANCEL")
            return
        }
        #expect(invite == first)
    }

    @Test("An ACK of a refusal stops there, an ACK of a 2xx reaches the core")
    mutating func acknowledgements() throws {
        let via = "SIP/2.0/UDP one.example;branch=z9hG4bKx"
        let invite = request(.invite, via: via)
        let id = try #require(opened(actions(after: invite)))
        layer.respond(invite.response(486, toTag: "t"), to: id, at: start)
        _ = layer.nextAction()
        #expect(actions(after: request(.ack, via: via, to: "<sip:b@example>;tag=t")).isEmpty)
        let other = actions(after: request(.ack, via: "SIP/2.0/UDP one.example;branch=z9hG4bKy"))
        guard case .ack? = other.first else {
            Issue.record("expected the ACK")
            return
        }
    }

    @Test("A peer of RFC 2543 is matched by Request-URI, tags, Call-ID, CSeq and Via")
    mutating func legacy() throws {
        let via = "SIP/2.0/UDP old.example;branch=1"
        let invite = request(.invite, via: via)
        let id = try #require(opened(actions(after: invite)))
        #expect(actions(after: invite).isEmpty)
        layer.respond(invite.response(486, toTag: "t"), to: id, at: start)
        _ = layer.nextAction()
        let foreign = actions(after: request(.ack, via: via, to: "<sip:b@example>;tag=u"))
        guard case .ack? = foreign.first else {
            Issue.record("the ACK of another response belongs to the core")
            return
        }
        #expect(actions(after: request(.ack, via: via, to: "<sip:b@example>;tag=t")).isEmpty)
        #expect(layer.timers.t4 == layer.nextDeadline.map { start.duration(to: $0) })
    }

    @Test("A response is matched by branch and the method of CSeq")
    mutating func responses() throws {
        let invite = request(.invite, via: "SIP/2.0/UDP 10.0.0.2;branch=z9hG4bKours")
        let sent = layer.send(invite, on: flow, at: start)
        let id = try #require(sent)
        #expect(layer.send(invite, on: flow, at: start) == nil)
        _ = layer.nextAction()
        var foreign = invite.response(200, toTag: "t")
        foreign.headers.set(.cSeq, "1 BYE")
        layer.receive(.response(foreign), from: flow, at: start)
        guard case .strayResponse? = layer.nextAction() else {
            Issue.record("expected a stray response")
            return
        }
        layer.receive(.response(invite.response(180, toTag: "t")), from: flow, at: start)
        guard case .response(_, let matched, _)? = layer.nextAction() else {
            Issue.record("expected the response")
            return
        }
        #expect(matched == id)
    }

    @Test("Two thousand transactions end on time and leave nothing")
    mutating func many() {
        for index in 0..<2000 {
            var options = request(.options, via: "SIP/2.0/UDP h;branch=z9hG4bK\(index)")
            options.headers.set(.cSeq, "1 OPTIONS")
            let at = start + .milliseconds(index % 1000)
            #expect(layer.send(options, on: flow, at: at) != nil)
        }
        var fired = 0
        while let deadline = layer.nextDeadline {
            layer.timersFired(at: deadline)
            fired += 1
        }
        var timeouts = 0
        while let action = layer.nextAction() { if case .clientFailed(_, .timeout) = action { timeouts += 1 } }
        #expect(timeouts == 2000 && layer.count == 0 && layer.clientsByFlow.isEmpty && fired == 10_500)
    }
}
