import Testing

@testable import SIP

@Suite("Calls between two user agents")
struct CallTests {
    @Test(
        "A call is set up, confirmed and taken down, and both sides forget it",
        arguments: [
            SIPTransportKind.udp, .tcp, .webSocket,
        ])
    func wholeCall(transport: SIPTransportKind) throws {
        var network = VirtualNetwork(transport: transport)
        let (caller, _) = try network.establish()
        #expect(network.events(of: 0).map(\.name) == ["ringing", "answered"])
        #expect(network.events(of: 1).map(\.name) == ["incoming", "ackReceived"])
        try network.with(0) { agent, now in
            try agent.bye(caller, headers: SIPHeaders([(.reason, "Q.850;cause=16")]), at: now)
        }
        try network.run(for: .seconds(70))
        #expect(
            network.events(of: 0).last
                == .ended(
                    InviteEnd(
                        side: .local, reason: "Q.850;cause=16", headers: SIPHeaders([(.reason, "Q.850;cause=16")]))))
        guard case .ended(let end)? = network.events(of: 1).last else { throw Missing.ended }
        #expect(end.side == .remote && end.reason == "Q.850;cause=16" && end.status == nil)
        for agent in network.agents {
            #expect(agent.liveSessions == 0 && agent.transactionCount == 0 && agent.sessions.isEmpty)
            #expect(agent.owners.isEmpty && agent.sessionTransactions.isEmpty && agent.sessionsByDialog.isEmpty)
            #expect(agent.nextDeadline == nil)
        }
    }

    @Test("Offer, early description and answer reach the other side unchanged")
    func descriptions() throws {
        var network = VirtualNetwork()
        let invite = network.call(0, 1, description: "the offer")
        let flow = network.flow(0, to: 1)
        _ = try network.with(0) { agent, now in try agent.invite(invite, on: flow, at: now) }
        try network.run(for: .milliseconds(100))
        let callee = try #require(network.events.first?.handle)
        guard case .incoming(let incoming)? = network.events.first?.event else { throw Missing.incoming }
        #expect(incoming.request.body == Array("the offer".utf8))
        try network.with(1) { agent, now in
            try agent.progress(callee, description: Array("early".utf8), at: now)
        }
        try network.run(for: .milliseconds(100))
        try network.with(1) { agent, now in
            try agent.accept(callee, description: Array("the answer".utf8), headers: ["X-Line": "7"], at: now)
        }
        try network.run(for: .milliseconds(100))
        let events = network.events(of: 0)
        #expect(events.map(\.name) == ["ringing", "earlyMedia", "answered"])
        guard case .answered(let answer, let headers)? = events.last else { throw Missing.answered }
        #expect(answer == Array("the answer".utf8) && headers.first("X-Line") == "7")
    }

    @Test("An offer of the callee is answered in the ACK")
    func lateOffer() throws {
        var network = VirtualNetwork()
        network.answerCalls(description: "callee's offer")
        let invite = network.call(0, 1, description: "")
        let flow = network.flow(0, to: 1)
        let caller = try network.with(0) { agent, now in try agent.invite(invite, on: flow, at: now) }
        try network.run(for: .seconds(2))
        #expect(network.count(.ack, from: 0) == 0)
        try network.with(0) { agent, now in
            try agent.acknowledge(caller, description: Array("caller's answer".utf8), at: now)
        }
        try network.run(for: .seconds(40))
        #expect(network.events(of: 1).last == .ackReceived(description: Array("caller's answer".utf8)))
    }

    @Test("A refusal is one event with its status and is acknowledged", arguments: [404, 486, 503, 603])
    func refusal(status: Int) throws {
        var network = VirtualNetwork()
        network.reaction = { network, happening in
            guard case .incoming = happening.event else { return }
            try network.with(happening.agent) { agent, now in
                try agent.reject(happening.handle, status: status, headers: ["Reason": "Q.850;cause=17"], at: now)
            }
        }
        let invite = network.call(0, 1)
        let flow = network.flow(0, to: 1)
        _ = try network.with(0) { agent, now in try agent.invite(invite, on: flow, at: now) }
        try network.run(for: .seconds(60))
        guard case .failed(let failure)? = network.finals(of: 0).first else { throw Missing.failed }
        #expect(failure.status == status && failure.side == .remote)
        #expect(failure.headers.first(.reason) == "Q.850;cause=17")
        #expect(network.count(.ack, from: 0) == 1 && network.finals(of: 0).count == 1)
        #expect(network.agents.allSatisfy { $0.transactionCount == 0 && $0.sessions.isEmpty })
    }

    @Test("A redirection names its contacts")
    func redirection() throws {
        var network = VirtualNetwork()
        network.reaction = { network, happening in
            guard case .incoming = happening.event else { return }
            try network.with(happening.agent) { agent, now in
                let headers: SIPHeaders = ["Contact": "<sip:a@elsewhere>, <sip:b@elsewhere>"]
                try agent.reject(happening.handle, status: 302, headers: headers, at: now)
            }
        }
        let invite = network.call(0, 1)
        let flow = network.flow(0, to: 1)
        _ = try network.with(0) { agent, now in try agent.invite(invite, on: flow, at: now) }
        try network.run(for: .seconds(1))
        guard case .redirected(let status, let contacts, _)? = network.finals(of: 0).first else { throw Missing.failed }
        #expect(status == 302 && contacts.map(\.uri.user) == ["a", "b"])
    }

    @Test("A callee that is not there gives 408 after 64 T1, and seven INVITEs")
    func noAnswer() throws {
        var network = VirtualNetwork()
        network.dead = [1]
        let invite = network.call(0, 1)
        let flow = network.flow(0, to: 1)
        _ = try network.with(0) { agent, now in try agent.invite(invite, on: flow, at: now) }
        try network.run(for: .milliseconds(31_999))
        #expect(network.events.isEmpty)
        try network.run(for: .milliseconds(1))
        #expect(network.events(of: 0) == [.failed(InviteFailure(status: 408, side: .local))])
        #expect(network.count(.invite, from: 0) == 7)
    }

    @Test("A broken transport gives 503 at once")
    func brokenTransport() throws {
        var network = VirtualNetwork(transport: .tcp)
        network.dead = [1]
        let invite = network.call(0, 1)
        let flow = network.flow(0, to: 1)
        _ = try network.with(0) { agent, now in try agent.invite(invite, on: flow, at: now) }
        try network.with(0) { agent, now in agent.transportFailed(flow, at: now) }
        #expect(network.events(of: 0) == [.failed(InviteFailure(status: 503, side: .local))])
        #expect(network.agents[0].transactionCount == 0 && network.agents[0].sessions.isEmpty)
    }

    @Test("INFO and MESSAGE carry their payload both ways and report their status")
    func payloads() throws {
        var network = VirtualNetwork()
        let (caller, callee) = try network.establish()
        let digit = SIPPayload(contentType: "application/dtmf-relay", bytes: Array("Signal=5\r\nDuration=160".utf8))
        let text = SIPPayload(contentType: "text/plain", bytes: Array("hello".utf8))
        try network.with(0) { agent, now in try agent.info(caller, payload: digit, at: now) }
        try network.with(1) { agent, now in try agent.message(callee, payload: text, at: now) }
        try network.run(for: .seconds(1))
        guard case .infoReceived(let received, _)? = network.events(of: 1).first(where: { $0.name == "infoReceived" })
        else { throw Missing.failed }
        #expect(received == digit)
        guard
            case .messageReceived(let message, _)? = network.events(of: 0).first(where: { $0.name == "messageReceived" }
            )
        else { throw Missing.failed }
        #expect(message == text)
        #expect(network.events(of: 0).contains(.requestAnswered(.info, status: 200)))
        #expect(network.events(of: 1).contains(.requestAnswered(.message, status: 200)))
    }

    @Test("A command for a call that is over says so")
    func lateCommand() throws {
        var network = VirtualNetwork()
        let (caller, callee) = try network.establish()
        try network.with(0) { agent, now in try agent.bye(caller, at: now) }
        try network.run(for: .seconds(1))
        #expect(throws: UserAgentError.noSuchSession) {
            try network.with(1) { agent, now in try agent.bye(callee, at: now) }
        }
        #expect(throws: UserAgentError.noSuchSession) {
            try network.with(0) { agent, now in try agent.bye(caller, at: now) }
        }
    }
}

/// What a test waited for in vain.
enum Missing: Error {
    case incoming
    case answered
    case failed
    case ended
}

extension InviteEvent {
    /// The case's name, to compare the order of events.
    var name: String {
        let text = "\(self)"
        return String(text.prefix { $0 != "(" })
    }
}

extension SIPHeaders: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, String)...) {
        self.init(elements.map { (SIPHeaderName($0.0), $0.1) })
    }
}
