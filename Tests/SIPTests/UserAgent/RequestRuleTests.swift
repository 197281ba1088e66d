import Testing

@testable import SIP

@Suite("What the user agent answers by itself")
struct RequestRuleTests {
    private var network = VirtualNetwork()

    /// A request as a peer would send it, outside any call.
    private func request(
        _ method: SIPMethod, branch: String = "z9hG4bKone", callID: String = "call", sequence: Int = 1,
        headers: SIPHeaders = SIPHeaders(), body: String = ""
    ) -> SIPRequest {
        var request = SIPRequest(method: method, uri: network.uri(1))
        request.setVia(network.flow(0, to: 1), branch: branch)
        request.headers.append(
            contentsOf: [
                "From": "<sip:a@example>;tag=from", "To": "<sip:b@example>", "Call-ID": callID,
                "CSeq": "\(sequence) \(method)", "Contact": "<sip:a@10.0.0.1:5060>",
            ] as SIPHeaders)
        for field in headers { request.headers.set(field.name, field.value) }
        request.body = Array(body.utf8)
        return request
    }

    /// The last response of agent 1 to what it is given.
    private mutating func answer(to requests: SIPRequest...) throws -> SIPResponse? {
        for request in requests { try network.inject(.request(request), to: 1, from: 0) }
        return network.sent.last { $0.agent == 1 }?.message.response
    }

    @Test("An unknown method gets 405 with what is allowed")
    mutating func unknownMethod() throws {
        let response = try answer(to: request(SIPMethod(rawValue: "DANCE")))
        #expect(response?.status == 405)
        #expect(
            try response?.headers.allow.contains(.invite) == true && response?.headers.allow.contains(.register) == true
        )
    }

    @Test("Outside calls BYE, INFO and UPDATE get 481", arguments: [SIPMethod.bye, .info, .update])
    func outside(method: SIPMethod) throws {
        var test = self
        #expect(try test.answer(to: test.request(method))?.status == 481)
    }

    @Test("A request of an unknown call gets 481, its ACK nothing")
    mutating func unknownCall() throws {
        let headers: SIPHeaders = ["To": "<sip:b@example>;tag=never"]
        #expect(try answer(to: request(.invite, headers: headers))?.status == 481)
        let before = network.sent.count
        try network.inject(.request(request(.ack, branch: "z9hG4bKack", headers: headers)), to: 1, from: 0)
        #expect(network.sent.count == before && network.agents[1].counters.strayACKs == 1)
    }

    @Test("OPTIONS is answered with the abilities, also with no hop left")
    mutating func options() throws {
        let response = try answer(to: request(.options, headers: ["Max-Forwards": "0"]))
        #expect(response?.status == 200 && response?.headers.first(.accept) == "application/sdp")
        #expect(response?.headers.first(.supported) == "timer, 100rel, replaces, norefersub")
        #expect(try response?.headers.to.tag != nil)
    }

    @Test("An INVITE with no hop left gets 483")
    mutating func maxForwards() throws {
        #expect(try answer(to: request(.invite, headers: ["Max-Forwards": "0"]))?.status == 483)
    }

    @Test(
        "A required extension that is not known gets 420 and its name",
        arguments: ["outbound", "gruu", "timer, outbound"])
    func extensions(required: String) throws {
        var test = self
        let response = try test.answer(to: test.request(.invite, headers: ["Require": required]))
        #expect(response?.status == 420)
        #expect(response?.headers.first(.unsupported) == (required == "gruu" ? "gruu" : "outbound"))
    }

    @Test("A known required extension is no hindrance")
    mutating func knownExtension() throws {
        _ = try answer(to: request(.invite, headers: ["Require": "timer"]))
        #expect(network.events(of: 1).map(\.name) == ["incoming"])
    }

    @Test("A copy that came by another way gets 482, a repetition nothing new")
    mutating func merged() throws {
        let first = request(.invite)
        try network.inject(.request(first), to: 1, from: 0)
        try network.inject(.request(first), to: 1, from: 0)
        #expect(network.events(of: 1).count == 1)
        #expect(try answer(to: request(.invite, branch: "z9hG4bKtwo"))?.status == 482)
        #expect(network.events(of: 1).count == 1)
    }

    @Test("A body that is no session description gets 415")
    mutating func bodyType() throws {
        let response = try answer(to: request(.invite, headers: ["Content-Type": "text/plain"], body: "hello"))
        #expect(response?.status == 415 && response?.headers.first(.accept) == "application/sdp")
    }

    @Test("A request whose CSeq names another method gets 400 and is counted")
    mutating func malformed() throws {
        #expect(try answer(to: request(.options, headers: ["CSeq": "1 INVITE"]))?.status == 400)
        #expect(network.agents[1].counters.malformed == 1)
    }

    @Test("Beyond the limit of calls an INVITE gets 503 with Retry-After, until one ends")
    mutating func sessionLimit() throws {
        network = VirtualNetwork(settings: UserAgentSettings(maximumSessions: 2))
        for index in 1...2 {
            try network.inject(
                .request(request(.invite, branch: "z9hG4bK\(index)", callID: "c\(index)")), to: 1, from: 0)
        }
        let refusal = try answer(to: request(.invite, branch: "z9hG4bK3", callID: "c3"))
        #expect(refusal?.status == 503 && refusal?.headers.first(.retryAfter) == "10")
        #expect(network.agents[1].counters.overloads == 1)
        let first = try #require(network.events.first?.handle)
        try network.with(1) { agent, now in try agent.reject(first, status: 486, at: now) }
        try network.inject(.request(request(.invite, branch: "z9hG4bK4", callID: "c4")), to: 1, from: 0)
        #expect(network.events(of: 1).last?.name == "incoming")
    }

    @Test("Beyond the limit of transactions requests get 503, those inside calls have room")
    mutating func transactionLimit() throws {
        network = VirtualNetwork(settings: UserAgentSettings(maximumTransactions: 2))
        for index in 1...2 {
            try network.inject(
                .request(request(.message, branch: "z9hG4bK\(index)", callID: "c\(index)")), to: 1, from: 0)
        }
        #expect(try answer(to: request(.message, branch: "z9hG4bK3", callID: "c3"))?.status == 503)
        let inside = request(.bye, branch: "z9hG4bK4", headers: ["To": "<sip:b@example>;tag=x"])
        #expect(try answer(to: inside)?.status == 481)
    }

    @Test("A request that the shell never answers is forgotten after 64 T1")
    mutating func unanswered() throws {
        try network.inject(.request(request(.register)), to: 1, from: 0)
        let handle = try #require(network.requests.first?.handle)
        try network.run(for: .seconds(33))
        #expect(network.agents[1].transactionCount == 0)
        #expect(throws: UserAgentError.noSuchRequest) {
            try network.with(1) { agent, now in try agent.respond(handle, status: 200, at: now) }
        }
    }

    @Test("Responses go to the source port with rport, to the port in Via without", arguments: [true, false])
    func viaRules(hasRport: Bool) throws {
        var agent = UserAgent(seed: [1])
        let flow = SIPFlow(
            transport: .udp, localAddress: "10.0.0.2", localPort: 5060, remoteAddress: "192.0.2.9", remotePort: 31_000)
        var options = request(.options)
        options.headers.set(.via, "SIP/2.0/UDP 192.168.1.4:5066;branch=z9hG4bKnat\(hasRport ? ";rport" : "")")
        agent.receive(.request(options), flow: flow, at: SIPInstant(nanoseconds: 0))
        guard case .send(.response(let response), let way)? = agent.nextAction() else { throw Missing.answered }
        #expect(way.remoteAddress == "192.0.2.9" && way.remotePort == (hasRport ? 31_000 : 5066))
        let via = try response.headers.topVia
        #expect(via.received == "192.0.2.9" && via.rport == (hasRport ? 31_000 : nil) && via.port == 5066)
    }
}
