import Testing

@testable import SIP

@Suite("Forked calls")
struct ForkTests {
    /// A caller whose INVITE a proxy (the test) has forked; the test writes the answers of the branches.
    private struct Forked {
        var agent = UserAgent(seed: [1])
        let flow = VirtualNetwork().flow(0, to: 1)
        var now = SIPInstant(nanoseconds: 0)
        let invite: SIPRequest
        let handle: SessionHandle
        private(set) var sent: [SIPMessage] = []
        private(set) var events: [InviteEvent] = []

        init() throws {
            handle = try agent.invite(VirtualNetwork().call(0, 1), on: flow, at: now)
            guard case .send(.request(let request), _)? = agent.nextAction() else { throw Missing.incoming }
            invite = request
        }

        mutating func answer(_ status: Int, tag: String, description: String = "") {
            var response = invite.response(status, toTag: tag)
            response.headers.set(.contact, "<sip:\(tag)@10.0.0.2:5060>")
            response.body = Array(description.utf8)
            agent.receive(.response(response), flow: flow, at: now)
            while let action = agent.nextAction() {
                if case .send(let message, _) = action { sent.append(message) }
                if case .event(_, let event) = action { events.append(event) }
            }
        }

        /// The answer to a request of one branch.
        mutating func request(_ method: SIPMethod, tag: String, sequence: Int, body: String = "") throws -> SIPResponse?
        {
            var request = SIPRequest(method: method, uri: SIPURI(user: "caller", host: "10.0.0.1"))
            request.headers = [
                "Via": "SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK\(tag)\(sequence)\(method)",
                "From": "<sip:callee@10.0.0.2>;tag=\(tag)", "To": try invite.headers.from.description,
                "Call-ID": try invite.headers.callID, "CSeq": "\(sequence) \(method)",
            ]
            request.body = Array(body.utf8)
            agent.receive(.request(request), flow: flow, at: now)
            var response: SIPResponse?
            while let action = agent.nextAction() {
                if case .send(.response(let answer), _) = action { response = answer }
            }
            return response
        }

        func requests(_ method: SIPMethod) -> [SIPRequest] {
            sent.compactMap(\.request).filter { $0.method == method }
        }
    }

    @Test("Each early branch rings, the first 2xx wins, a second one is acknowledged and ended")
    func secondAnswer() throws {
        var call = try Forked()
        call.answer(180, tag: "a")
        call.answer(183, tag: "b", description: "early b")
        call.answer(200, tag: "b", description: "b")
        call.answer(200, tag: "a", description: "a")
        #expect(call.events.map(\.name) == ["ringing", "ringing", "earlyMedia", "answered"])
        guard case .answered(let description, _)? = call.events.last else { throw Missing.answered }
        #expect(description == Array("b".utf8))
        #expect(call.requests(.ack).map(\.uri.user) == ["b", "a"])
        #expect(call.requests(.bye).map(\.uri.user) == ["a"])
        #expect(try call.requests(.bye).first?.headers.to.tag == "a")
    }

    @Test(
        "Each fork that rings has a dialog of its own: its requests are taken in its own order",
        arguments: [
            (SIPMethod.info, "", 200), (.update, "", 200), (.update, "offer", 491), (.bye, "", 481),
        ])
    func earlyDialogs(method: SIPMethod, body: String, status: Int) throws {
        var call = try Forked()
        call.answer(180, tag: "a")
        call.answer(180, tag: "b")
        #expect(try call.request(method, tag: "a", sequence: 10, body: body)?.status == status)
        #expect(try call.request(method, tag: "a", sequence: 9, body: body)?.status == 500)
        #expect(try call.request(method, tag: "b", sequence: 9, body: body)?.status == status)
        #expect(try call.request(method, tag: "c", sequence: 9, body: body)?.status == 481)
        call.answer(200, tag: "a")
        #expect(try call.request(.info, tag: "a", sequence: 9)?.status == 500)
        #expect(try call.request(.info, tag: "a", sequence: 11)?.status == 200)
        #expect(try call.request(.info, tag: "b", sequence: 12)?.status == 481)
    }

    @Test("Repeated 2xx of either branch only repeat their ACK")
    func repeatedAnswers() throws {
        var call = try Forked()
        for tag in ["a", "b", "a", "b", "b"] { call.answer(200, tag: tag) }
        #expect(call.requests(.ack).map(\.uri.user) == ["a", "b", "a", "b", "b"])
        #expect(call.requests(.bye).count == 1)
        let acks = call.requests(.ack).filter { $0.uri.user == "b" }
        #expect(Set(acks).count == 1)
        #expect(call.events.map(\.name) == ["answered"])
    }

    @Test("The dialog of the winner is the one that goes on")
    func winnersDialog() throws {
        var call = try Forked()
        call.answer(200, tag: "a")
        call.answer(200, tag: "b")
        try call.agent.bye(call.handle, at: call.now)
        guard case .send(.request(let bye), _)? = call.agent.nextAction() else { throw Missing.ended }
        #expect(try bye.headers.to.tag == "a" && bye.uri.user == "a")
    }

    @Test("A response with a branch that is not ours is counted and changes nothing")
    func strayResponse() throws {
        var call = try Forked()
        var response = call.invite.response(200, toTag: "x")
        response.headers.set(.via, "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKguessed")
        call.agent.receive(.response(response), flow: call.flow, at: call.now)
        #expect(call.agent.nextAction() == nil && call.agent.counters.strayResponses == 1)
    }
}
