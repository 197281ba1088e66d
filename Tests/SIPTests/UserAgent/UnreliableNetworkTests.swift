import Testing

@testable import SIP

@Suite("Calls over a bad network")
struct UnreliableNetworkTests {
    private static let bad = NetworkConditions(delay: 1...400, lossPercent: 20, duplicatePercent: 10)

    @Test(
        "With 20 % loss, reordering and duplicates every call is answered once, ended once and forgotten",
        arguments: UInt64(1)...40)
    func lossyCall(seed: UInt64) throws {
        var network = VirtualNetwork(seed: seed)
        network.conditions = Self.bad
        network.answerCalls()
        let invite = network.call(0, 1)
        let flow = network.flow(0, to: 1)
        let caller = try network.with(0) { agent, now in try agent.invite(invite, on: flow, at: now) }
        try network.run(for: .seconds(20))
        #expect(network.events(of: 0).filter { $0.name == "answered" }.count == 1)
        #expect(network.events(of: 1).filter { $0.name == "incoming" }.count == 1)
        #expect(network.events(of: 1).filter { $0.name == "ackReceived" }.count == 1)
        try network.with(0) { agent, now in try agent.bye(caller, at: now) }
        try network.run(for: .seconds(120))
        #expect(network.finals(of: 0).map(\.name) == ["ended"])
        #expect(network.finals(of: 1).map(\.name) == ["ended"])
        #expect(network.agents.allSatisfy { $0.transactionCount == 0 && $0.sessions.isEmpty && $0.owners.isEmpty })
    }

    @Test("The same seed gives the same run, octet by octet")
    func repeatable() throws {
        func run() throws -> [[UInt8]] {
            var network = VirtualNetwork(seed: 7)
            network.conditions = Self.bad
            let (caller, _) = try network.establish()
            try network.run(for: .seconds(10))
            try network.with(0) { agent, now in try agent.bye(caller, at: now) }
            try network.run(for: .seconds(50))
            return network.sent.map { $0.message.serialized() }
        }
        #expect(try run() == run())
    }

    @Test("A lost ACK is repeated for each repetition of the 2xx")
    func lostACK() throws {
        var network = VirtualNetwork()
        nonisolated(unsafe) var lost = 0
        network.drops = { _, message in
            guard message.request?.method == .ack, lost < 3 else { return false }
            lost += 1
            return true
        }
        _ = try network.establish()
        try network.run(for: .seconds(10))
        #expect(network.count(.ack, from: 0) == 4)
        #expect(network.count(200, to: .invite, from: 1) == 4)
        #expect(network.events(of: 1).last?.name == "ackReceived")
    }

    @Test("A 2xx that is never acknowledged is repeated at T1 doubling to T2, then the callee ends the call")
    func unacknowledged() throws {
        var network = VirtualNetwork()
        network.drops = { _, message in message.request?.method == .ack }
        _ = try network.establish()
        try network.run(for: .seconds(40))
        let answers = network.sent.filter {
            $0.message.response?.status == 200 && $0.message.body == Array("answer".utf8)
        }
        let gaps = zip(answers, answers.dropFirst()).map { $0.at.duration(to: $1.at) }
        #expect(Array(gaps.prefix(5)) == [.milliseconds(500), .seconds(1), .seconds(2), .seconds(4), .seconds(4)])
        #expect(answers.count == 11)
        #expect(network.finals(of: 1) == [.ended(InviteEnd(side: .local, status: 408))])
        #expect(network.count(.bye, from: 1) == 1)
        #expect([0, 1].allSatisfy { network.finals(of: $0).map(\.name) == ["ended"] })
    }

    @Test("A BYE of the callee waits for the ACK of its 2xx")
    func delayedBye() throws {
        var network = VirtualNetwork()
        network.conditions.delay = 100...100
        network.reaction = { network, happening in
            guard case .incoming = happening.event else { return }
            try network.with(1) { agent, now in
                try agent.accept(happening.handle, description: [1], at: now)
                try agent.bye(happening.handle, at: now)
            }
        }
        let invite = network.call(0, 1)
        let flow = network.flow(0, to: 1)
        _ = try network.with(0) { agent, now in try agent.invite(invite, on: flow, at: now) }
        try network.run(for: .milliseconds(250))
        #expect(network.count(.bye, from: 1) == 0 && network.finals(of: 1).isEmpty)
        try network.run(for: .seconds(60))
        #expect(network.count(.bye, from: 1) == 1)
        #expect([0, 1].allSatisfy { network.finals(of: $0).map(\.name) == ["ended"] })
        #expect(network.agents.allSatisfy { $0.sessions.isEmpty })
    }
}
