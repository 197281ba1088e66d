import Testing

@testable import SIP

@Suite("Reliable provisional responses")
struct PrackTests {
    /// A call that agent 1 has on its table, after the INVITE only.
    private func ringing(
        _ network: inout VirtualNetwork, headers: SIPHeaders = SIPHeaders(), description: String = "offer"
    ) throws -> (caller: SessionHandle, callee: SessionHandle) {
        var call = network.call(0, 1, description: description)
        call.headers = headers
        let (invite, flow) = (call, network.flow(0, to: 1))
        let caller = try network.with(0) { agent, now in try agent.invite(invite, on: flow, at: now) }
        try network.run(for: .milliseconds(20))
        return (caller, try #require(network.events.first { $0.agent == 1 }?.handle))
    }

    @Test("Early media goes out reliably and is acknowledged once, ringing is not worth it")
    func earlyMedia() throws {
        var network = VirtualNetwork()
        let (_, callee) = try ringing(&network)
        try network.with(1) { agent, now in
            try agent.ring(callee, at: now)
            try agent.progress(callee, description: Array("early".utf8), at: now)
        }
        try network.run(for: .seconds(5))
        #expect(network.count(180, to: .invite, from: 1) == 1 && network.count(183, to: .invite, from: 1) == 1)
        #expect(network.count(.prack, from: 0) == 1 && network.count(200, to: .prack, from: 1) == 1)
        #expect(network.events(of: 1).last == .progressConfirmed(description: []))
        #expect(network.events(of: 0).map(\.name) == ["ringing", "ringing", "earlyMedia"])
    }

    @Test("The answer waits for the PRACK of the early description, and comes without loss of order")
    func answerWaits() throws {
        var network = VirtualNetwork()
        let (_, callee) = try ringing(&network)
        network.drops = { _, message in message.request?.method == .prack }
        try network.with(1) { agent, now in
            try agent.progress(callee, description: Array("early".utf8), at: now)
            try agent.accept(callee, description: Array("early".utf8), at: now)
        }
        try network.run(for: .seconds(3))
        #expect(network.count(200, to: .invite, from: 1) == 0)
        network.drops = { _, _ in false }
        try network.run(for: .seconds(10))
        #expect(network.count(200, to: .invite, from: 1) >= 1)
        #expect(network.events(of: 0).last?.name == "answered")
        #expect(network.events(of: 1).last?.name == "ackReceived")
    }

    @Test("A response that is never acknowledged is repeated for 64 T1, then the call gets 504")
    func unacknowledged() throws {
        var network = VirtualNetwork()
        let (_, callee) = try ringing(&network)
        network.drops = { _, message in message.request?.method == .prack }
        try network.with(1) { agent, now in try agent.progress(callee, description: Array("early".utf8), at: now) }
        try network.run(for: .seconds(33))
        #expect(network.count(183, to: .invite, from: 1) == 7)
        #expect(network.finals(of: 1) == [.failed(InviteFailure(status: 504, side: .local))])
        #expect(network.finals(of: 0).first?.name == "failed")
        #expect(network.events(of: 0).count { $0.name == "ringing" } == 1, "repetitions are not news")
    }

    @Test("A caller that requires it gets every provisional response reliably, one after the other")
    func required() throws {
        var network = VirtualNetwork()
        let (_, callee) = try ringing(&network, headers: ["Require": "100rel"])
        try network.with(1) { agent, now in
            try agent.ring(callee, at: now)
            try agent.progress(callee, status: 182, at: now)
            try agent.progress(callee, description: Array("early".utf8), at: now)
        }
        try network.run(for: .seconds(1))
        let numbers = network.sent.filter { $0.agent == 1 }.compactMap { try? $0.message.headers.rSeq }
        #expect(numbers.count == 3 && zip(numbers, numbers.dropFirst()).allSatisfy { $1 == $0 + 1 })
        #expect(network.count(.prack, from: 0) == 3)
        try network.with(1) { agent, now in try agent.accept(callee, description: Array("early".utf8), at: now) }
        try network.run(for: .seconds(1))
        #expect(network.events(of: 0).last?.name == "answered")
    }

    @Test("The PRACK of an early offer brings the caller's answer")
    func lateOffer() throws {
        var network = VirtualNetwork()
        let (_, callee) = try ringing(&network, headers: ["Supported": "100rel"], description: "")
        try network.with(1) { agent, now in try agent.progress(callee, description: Array("our offer".utf8), at: now) }
        let sent = try #require(network.sent.last { $0.message.response?.status == 183 }?.message)
        let number = try #require(try sent.headers.rSeq)
        try network.run(for: .milliseconds(5))
        let invite = try #require(network.sent.first?.message.request)
        for (body, status) in [("", 200)] {
            var prack = SIPRequest(method: .prack, uri: network.uri(1))
            prack.setVia(network.flow(0, to: 1), branch: "z9hG4bKprack")
            for name in [SIPHeaderName.from, .callID] { prack.headers.set(name, invite.headers.first(name) ?? "") }
            prack.headers.set(.to, try sent.headers.to.description)
            prack.headers.set(.cSeq, "2 PRACK")
            prack.headers.set(.rAck, "\(number) 1 INVITE")
            prack.body = Array((body.isEmpty ? "their answer" : body).utf8)
            try network.inject(.request(prack), to: 1, from: 0)
            #expect(network.count(status, to: .prack, from: 1) == 1)
        }
        #expect(network.events(of: 1).last == .progressConfirmed(description: Array("their answer".utf8)))
    }

    @Test(
        "A PRACK that acknowledges nothing gets 481",
        arguments: ["", "nonsense", "1 1 INVITE", "7 9 INVITE", "7 1 BYE"])
    func stray(rack: String) throws {
        var network = VirtualNetwork()
        let (_, callee) = try ringing(&network)
        try network.with(1) { agent, now in try agent.ring(callee, at: now) }
        let sent = try #require(network.sent.last { $0.message.response?.status == 180 }?.message)
        let invite = try #require(network.sent.first?.message.request)
        var prack = SIPRequest(method: .prack, uri: network.uri(1))
        prack.setVia(network.flow(0, to: 1), branch: "z9hG4bKprack")
        for name in [SIPHeaderName.from, .callID] { prack.headers.set(name, invite.headers.first(name) ?? "") }
        prack.headers.set(.to, try sent.headers.to.description)
        prack.headers.set(.cSeq, "2 PRACK")
        if !rack.isEmpty { prack.headers.set(.rAck, rack) }
        try network.inject(.request(prack), to: 1, from: 0)
        #expect(network.count(481, to: .prack, from: 1) == 1)
        #expect(!network.events(of: 1).contains { $0.name == "progressConfirmed" })
    }

    @Test("Each fork's responses are acknowledged in its own dialog and order")
    func forks() throws {
        var agent = UserAgent(seed: [1])
        let flow = VirtualNetwork().flow(0, to: 1)
        let now = SIPInstant(nanoseconds: 0)
        _ = try agent.invite(VirtualNetwork().call(0, 1), on: flow, at: now)
        guard case .send(.request(let invite), _)? = agent.nextAction() else { throw Missing.incoming }
        var pracks: [SIPRequest] = []
        func answer(_ tag: String, _ number: Int) {
            var response = invite.response(183, toTag: tag)
            response.headers.set(.contact, "<sip:\(tag)@10.0.0.2:5060>")
            response.headers.set(.require, "100rel")
            response.headers.set(.rSeq, "\(number)")
            agent.receive(.response(response), flow: flow, at: now)
            while let action = agent.nextAction() {
                if case .send(.request(let request), _) = action { pracks.append(request) }
            }
        }
        answer("a", 5)
        answer("b", 900)
        answer("a", 7)
        answer("a", 5)
        answer("a", 6)
        #expect(pracks.map(\.uri.user) == ["a", "b", "a"])
        #expect(pracks.map { $0.headers.first(.rAck) } == ["5 1 INVITE", "900 1 INVITE", "6 1 INVITE"])
        #expect(pracks.map { $0.headers.first(.cSeq) } == ["2 PRACK", "2 PRACK", "3 PRACK"])
    }

    @Test("Over a bad network early media and answer arrive", arguments: 1...20)
    func badNetwork(seed: UInt64) throws {
        var network = VirtualNetwork(seed: seed)
        network.conditions = NetworkConditions(delay: 5...400, lossPercent: 20, duplicatePercent: 10)
        network.reaction = { network, happening in
            guard case .incoming = happening.event else { return }
            try network.with(1) { agent, now in
                try agent.progress(happening.handle, description: Array("early".utf8), at: now)
                try agent.accept(happening.handle, description: Array("early".utf8), at: now)
            }
        }
        let (invite, flow) = (network.call(0, 1), network.flow(0, to: 1))
        _ = try network.with(0) { agent, now in try agent.invite(invite, on: flow, at: now) }
        try network.run(for: .seconds(60))
        let names = network.events(of: 0).map(\.name)
        #expect(names.contains("answered") || names.last == "failed")
        #expect(names.count { $0 == "earlyMedia" } <= 1)
    }
}
