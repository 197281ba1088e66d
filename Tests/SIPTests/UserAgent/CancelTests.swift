import Testing

@testable import SIP

@Suite("Giving up a call")
struct CancelTests {
    /// A call from agent 0 to agent 1, who only reacts as told.
    private func calling(_ network: inout VirtualNetwork) throws -> SessionHandle {
        let invite = network.call(0, 1)
        let flow = network.flow(0, to: 1)
        return try network.with(0) { agent, now in try agent.invite(invite, on: flow, at: now) }
    }

    private func ringing(_ network: inout VirtualNetwork) {
        network.reaction = { network, happening in
            guard case .incoming = happening.event else { return }
            try network.with(1) { agent, now in try agent.ring(happening.handle, at: now) }
        }
    }

    @Test("A ringing call is cancelled: 200 to CANCEL, 487 to INVITE, the reason reaches the callee")
    func ringingCall() throws {
        var network = VirtualNetwork()
        ringing(&network)
        let caller = try calling(&network)
        try network.run(for: .seconds(3))
        try network.with(0) { agent, now in
            try agent.cancel(caller, headers: ["Reason": "SIP;cause=200"], at: now)
        }
        try network.run(for: .seconds(60))
        #expect(network.finals(of: 1) == [.cancelled(reason: "SIP;cause=200")])
        guard case .failed(let failure)? = network.finals(of: 0).first else { throw Missing.failed }
        #expect(failure.status == 487 && failure.side == .remote)
        #expect(network.count(200, to: .cancel, from: 1) == 1 && network.count(487, to: .invite, from: 1) == 1)
        #expect(network.agents.allSatisfy { $0.transactionCount == 0 && $0.sessions.isEmpty })
    }

    @Test("Before the first provisional response the CANCEL waits for it")
    func beforeProvisional() throws {
        var network = VirtualNetwork()
        let caller = try calling(&network)
        try network.with(0) { agent, now in try agent.cancel(caller, at: now) }
        try network.run(for: .milliseconds(200))
        #expect(network.count(.cancel, from: 0) == 0)
        // The callee's 100 Trying comes 200 ms after the INVITE's arrival.
        try network.run(for: .milliseconds(100))
        #expect(network.count(.cancel, from: 0) == 1)
        try network.run(for: .seconds(1))
        #expect(network.finals(of: 0).map(\.name) == ["failed"] && network.finals(of: 1) == [.cancelled(reason: nil)])
    }

    @Test("A callee that never answers does not hold a cancelled call: 487 after 10 s, then it is forgotten")
    func giveUp() throws {
        var network = VirtualNetwork()
        network.dead = [1]
        let caller = try calling(&network)
        try network.with(0) { agent, now in try agent.cancel(caller, at: now) }
        try network.run(for: .milliseconds(9_999))
        #expect(network.events.isEmpty)
        try network.run(for: .milliseconds(1))
        #expect(network.events(of: 0) == [.failed(InviteFailure(status: 487, side: .local))])
        #expect(network.agents[0].liveSessions == 0)
        try network.run(for: .seconds(80))
        #expect(network.count(.cancel, from: 0) == 0)
        #expect(network.agents[0].transactionCount == 0 && network.agents[0].sessions.isEmpty)
    }

    @Test("A callee that rings but ignores CANCEL is forgotten 64 T1 later")
    func ignoredCancel() throws {
        var network = VirtualNetwork()
        ringing(&network)
        let caller = try calling(&network)
        try network.run(for: .seconds(1))
        network.dead = [1]
        try network.with(0) { agent, now in try agent.cancel(caller, at: now) }
        try network.run(for: .seconds(10))
        #expect(network.finals(of: 0) == [.failed(InviteFailure(status: 487, side: .local))])
        try network.run(for: .seconds(90))
        #expect(network.agents[0].transactionCount == 0 && network.agents[0].sessions.isEmpty)
        #expect(network.agents[0].nextDeadline == nil)
    }

    @Test("A 200 that crosses the CANCEL is acknowledged and ended by BYE")
    func crossing200() throws {
        var network = VirtualNetwork()
        network.conditions.delay = 100...100
        ringing(&network)
        let caller = try calling(&network)
        try network.run(for: .seconds(1))
        let callee = try #require(network.events.first { $0.agent == 1 }?.handle)
        try network.with(0) { agent, now in try agent.cancel(caller, at: now) }
        try network.with(1) { agent, now in try agent.accept(callee, description: [1], at: now) }
        try network.run(for: .seconds(80))
        #expect(network.finals(of: 0) == [.failed(InviteFailure(status: 487, side: .local))])
        #expect(network.finals(of: 1).map(\.name) == ["ended"])
        #expect(network.count(.ack, from: 0) == 1 && network.count(.bye, from: 0) == 1)
        #expect(!network.events(of: 0).contains { $0.name == "answered" })
        #expect(network.agents.allSatisfy { $0.transactionCount == 0 && $0.sessions.isEmpty })
    }

    @Test("A 200 that comes after the give-up is still acknowledged and ended")
    func late200() throws {
        var network = VirtualNetwork()
        ringing(&network)
        let caller = try calling(&network)
        try network.run(for: .seconds(1))
        network.drops = { _, message in message.request?.method == .cancel }
        try network.with(0) { agent, now in try agent.cancel(caller, at: now) }
        try network.run(for: .seconds(15))
        #expect(network.finals(of: 0).count == 1)
        let callee = try #require(network.events.first { $0.agent == 1 }?.handle)
        try network.with(1) { agent, now in try agent.accept(callee, description: [1], at: now) }
        try network.run(for: .seconds(80))
        #expect(network.finals(of: 0).count == 1 && network.finals(of: 1).map(\.name) == ["ended"])
        #expect(network.count(.bye, from: 0) == 1)
    }

    @Test("A CANCEL of nothing gets 481")
    func strayCancel() throws {
        var network = VirtualNetwork()
        let caller = try calling(&network)
        let invite = try #require(network.sent.first?.message.request)
        network.dead = [1]
        var cancel = invite.cancellation()
        cancel.setVia(network.flow(0, to: 1), branch: "z9hG4bKother")
        try network.inject(.request(cancel), to: 1, from: 0)
        network.dead = []
        try network.inject(.request(cancel), to: 1, from: 0)
        #expect(network.count(481, to: .cancel, from: 1) == 1)
        _ = caller
    }

    @Test("An INVITE whose Expires runs out gets 487")
    func expires() throws {
        var network = VirtualNetwork()
        ringing(&network)
        var invite = network.call(0, 1)
        invite.headers = ["Expires": "30"]
        let flow = network.flow(0, to: 1)
        let call = invite
        _ = try network.with(0) { agent, now in try agent.invite(call, on: flow, at: now) }
        try network.run(for: .seconds(29))
        #expect(network.finals(of: 1).isEmpty)
        try network.run(for: .seconds(2))
        #expect(network.finals(of: 1) == [.cancelled(reason: nil)])
        guard case .failed(let failure)? = network.finals(of: 0).first else { throw Missing.failed }
        #expect(failure.status == 487)
    }

    @Test("A long ringing call repeats its 180 every minute")
    func longRinging() throws {
        var network = VirtualNetwork()
        ringing(&network)
        _ = try calling(&network)
        try network.run(for: .seconds(185))
        #expect(network.count(180, to: .invite, from: 1) == 4)
    }
}
