import Testing

@testable import SIP

@Suite("Offers inside a call")
struct RenegotiationTests {
    @Test("Hold and unhold: each re-INVITE is offered, answered and acknowledged", arguments: [0, 1])
    func hold(side: Int) throws {
        var network = VirtualNetwork()
        let handles = try network.establish()
        let handle = side == 0 ? handles.caller : handles.callee
        for description in ["hold", "unhold"] {
            try network.with(side) { agent, now in
                try agent.reinvite(handle, description: Array(description.utf8), at: now)
            }
            try network.run(for: .seconds(2))
        }
        let offers = network.events(of: 1 - side).compactMap { event -> String? in
            guard case .reinviteReceived(let offer) = event else { return nil }
            return String(decoding: offer.description, as: UTF8.self)
        }
        #expect(offers == ["hold", "unhold"])
        #expect(network.events(of: side).filter { $0.name == "reinviteAnswered" }.count == 2)
        #expect(network.count(.ack, from: side) == (side == 0 ? 3 : 2))
    }

    @Test("A second offer waits for the first; of those that wait the newest is sent")
    func queue() throws {
        var network = VirtualNetwork()
        let (caller, _) = try network.establish()
        try network.with(0) { agent, now in
            for text in ["one", "two", "three"] {
                try agent.reinvite(caller, description: Array(text.utf8), at: now)
            }
        }
        try network.run(for: .seconds(2))
        let bodies = network.sent.filter { $0.message.request?.method == .invite }.map(\.message.body)
        #expect(bodies.map { String(decoding: $0, as: UTF8.self) } == ["offer", "one", "three"])
    }

    @Test("An offer by UPDATE needs no ACK")
    func update() throws {
        var network = VirtualNetwork()
        let (caller, _) = try network.establish()
        try network.with(0) { agent, now in try agent.update(caller, description: [7], at: now) }
        try network.run(for: .seconds(2))
        #expect(network.events(of: 0).last?.name == "reinviteAnswered")
        #expect(network.count(.ack, from: 0) == 1 && network.count(.update, from: 0) == 1)
    }

    @Test("A refused offer leaves the session as it was")
    func refused() throws {
        var network = VirtualNetwork()
        let (caller, callee) = try network.establish()
        network.reaction = { network, happening in
            guard case .reinviteReceived = happening.event else { return }
            try network.with(1) { agent, now in try agent.rejectReinvite(callee, at: now) }
        }
        try network.with(0) { agent, now in try agent.reinvite(caller, description: [7], at: now) }
        try network.run(for: .seconds(2))
        #expect(network.events(of: 0).last == .reinviteFailed(status: 488, reason: "Not Acceptable Here"))
        #expect(network.agents.allSatisfy { $0.liveSessions == 1 })
    }

    @Test("After a glare both try again, the owner of the Call-ID later, and both succeed", arguments: UInt64(1)...10)
    func glare(seed: UInt64) throws {
        var network = VirtualNetwork(seed: seed)
        network.conditions.delay = 100...100
        let (caller, callee) = try network.establish()
        try network.with(0) { agent, now in try agent.reinvite(caller, description: [1], at: now) }
        try network.with(1) { agent, now in try agent.reinvite(callee, description: [2], at: now) }
        let start = network.now
        try network.run(for: .seconds(10))
        #expect(network.count(491, to: .invite, from: 0) == 1 && network.count(491, to: .invite, from: 1) == 1)
        for side in [0, 1] {
            #expect(network.events(of: side).filter { $0.name == "reinviteAnswered" }.count == 1)
            let retry = network.sent.last { $0.agent == side && $0.message.request?.method == .invite }
            // 200 ms pass until the 491 is there.
            let wait = start.duration(to: try #require(retry).at) - .milliseconds(200)
            let range = side == 0 ? Duration.milliseconds(2100)...(.seconds(4)) : Duration.zero...(.seconds(2))
            #expect(range.contains(wait))
        }
    }

    @Test("A re-INVITE while the owner thinks about another gets 500 with Retry-After")
    func overlapping() throws {
        var network = VirtualNetwork()
        let (caller, _) = try network.establish()
        network.reaction = { _, _ in }
        try network.with(0) { agent, now in try agent.reinvite(caller, description: [1], at: now) }
        try network.run(for: .milliseconds(50))
        var second = try #require(network.sent.last { $0.message.request?.method == .invite }?.message.request)
        second.setVia(network.flow(0, to: 1), branch: "z9hG4bKsecond")
        second.headers.set(.cSeq, "9 INVITE")
        try network.inject(.request(second), to: 1, from: 0)
        let refusal = try #require(network.sent.last?.message.response)
        #expect(refusal.status == 500)
        let wait = try #require(try refusal.headers.retryAfter)
        #expect(wait <= 10)
    }

    @Test("A peer that has forgotten the call ends it", arguments: [408, 481])
    func forgotten(status: Int) throws {
        var network = VirtualNetwork()
        let (caller, callee) = try network.establish()
        network.reaction = { network, happening in
            guard case .reinviteReceived = happening.event else { return }
            try network.with(1) { agent, now in try agent.rejectReinvite(callee, status: status, at: now) }
        }
        try network.with(0) { agent, now in try agent.reinvite(caller, description: [7], at: now) }
        try network.run(for: .seconds(2))
        #expect(network.finals(of: 0) == [.ended(InviteEnd(side: .remote, status: status))])
        #expect(network.count(.bye, from: 0) == 1)
    }

    @Test("A request with an older number than its forerunner gets 500")
    func lateRequest() throws {
        var network = VirtualNetwork()
        let (caller, _) = try network.establish()
        let payload = SIPPayload(contentType: "text/plain", bytes: [65])
        try network.with(0) { agent, now in try agent.message(caller, payload: payload, at: now) }
        try network.run(for: .seconds(1))
        var late = try #require(network.sent.last { $0.message.request?.method == .message }?.message.request)
        late.setVia(network.flow(0, to: 1), branch: "z9hG4bKlate")
        late.headers.set(.cSeq, "1 MESSAGE")
        try network.inject(.request(late), to: 1, from: 0)
        #expect(network.sent.last?.message.response?.status == 500)
        #expect(network.events(of: 1).filter { $0.name == "messageReceived" }.count == 1)
    }
}
