import Testing

@testable import SIP

@Suite("Calls with random commands at random times")
struct RandomCallTests {
    /// A user who does anything at any time, lawful or not.
    private struct Monkey {
        var generator: SeededGenerator

        mutating func act(on handle: SessionHandle, of agent: inout UserAgent, at now: SIPInstant) {
            let text = Array("description \(generator.next() % 10)".utf8)
            switch Int.random(in: 0..<16, using: &generator) {
            case 0, 1: try? agent.ring(handle, at: now)
            case 2: try? agent.progress(handle, description: text, at: now)
            case 3, 4, 5: try? agent.accept(handle, description: text, at: now)
            case 6: try? agent.reject(handle, status: 486, at: now)
            case 7: try? agent.cancel(handle, at: now)
            case 8: try? agent.bye(handle, at: now)
            case 9, 10: try? agent.reinvite(handle, description: text, at: now)
            case 11, 12: try? agent.acceptReinvite(handle, description: text, at: now)
            case 13: try? agent.rejectReinvite(handle, at: now)
            case 14: try? agent.update(handle, description: text, at: now)
            default: try? agent.info(handle, payload: SIPPayload(contentType: "a/b", bytes: text), at: now)
            }
        }
    }

    @Test(
        "Whatever users do, each call has one last event, which is its last, and nothing stays behind",
        arguments: UInt64(1)...24)
    func monkeys(seed: UInt64) throws {
        var monkey = Monkey(generator: SeededGenerator(seed: seed &* 977))
        var network = VirtualNetwork(transport: seed % 4 == 0 ? .tcp : .udp, seed: seed)
        network.conditions = NetworkConditions(
            delay: 1...300, lossPercent: seed % 4 == 0 ? 0 : 15, duplicatePercent: seed % 4 == 0 ? 0 : 10)
        for index in 0..<400 {
            if index % 20 == 0 {
                let way = (from: index / 20 % 2, to: 1 - index / 20 % 2)
                let invite = network.call(way.from, way.to, description: index % 60 == 0 ? "" : "offer")
                let flow = network.flow(way.from, to: way.to)
                _ = try network.with(way.from) { agent, now in try agent.invite(invite, on: flow, at: now) }
            }
            for side in [0, 1] {
                let handles = network.agents[side].sessions.keys.sorted { $0.rawValue < $1.rawValue }
                guard let handle = handles.randomElement(using: &monkey.generator) else { continue }
                try network.with(side) { agent, now in monkey.act(on: handle, of: &agent, at: now) }
            }
            try network.run(for: .milliseconds(Int64(monkey.generator.next() % 1500)))
        }
        try endAll(&network)
        try check(network)
    }

    private func endAll(_ network: inout VirtualNetwork) throws {
        network.conditions = NetworkConditions()
        for side in [0, 1] {
            for handle in network.agents[side].sessions.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
                try network.with(side) { agent, now in try? agent.hangUp(handle, at: now) }
            }
        }
        try network.run(for: .seconds(300))
    }

    private func check(_ network: VirtualNetwork) throws {
        for (side, agent) in network.agents.enumerated() {
            #expect(agent.liveSessions == 0 && agent.transactionCount == 0 && agent.sessions.isEmpty)
            #expect(agent.owners.isEmpty && agent.sessionTransactions.isEmpty && agent.sessionsByDialog.isEmpty)
            #expect(agent.sessionsByInvite.isEmpty && agent.nextDeadline == nil)
            #expect(agent.layer.serverKeys.isEmpty && agent.layer.clientKeys.isEmpty)
            #expect(agent.layer.mergeKeys.isEmpty && agent.layer.clientsByFlow.isEmpty)
            let calls = Dictionary(grouping: network.events.filter { $0.agent == side }, by: \.handle)
            for events in calls.values {
                #expect(events.filter(\.event.isFinal).count == 1 && events.last?.event.isFinal == true)
            }
        }
    }
}
