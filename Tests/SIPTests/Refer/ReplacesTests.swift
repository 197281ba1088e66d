import Testing

@testable import SIP

@Suite("Dialogs that others take over")
struct ReplacesTests {
    @Test("What one side gives out finds the dialog at the other, and only with both tags")
    func find() throws {
        var network = VirtualNetwork()
        let (caller, callee) = try network.establish()
        let dialog = try #require(network.agents[0].replaceableDialog(of: caller))
        #expect(dialog.target.uri.bareHost == VirtualNetwork.address(1))
        let expected = ReplacedDialog(handle: callee, isEstablished: true)
        #expect(network.agents[1].dialog(replacedBy: dialog.replaces) == expected)
        #expect(network.agents[0].dialog(replacedBy: dialog.replaces) == nil)
        var wrong = dialog.replaces
        wrong.fromTag += "x"
        #expect(network.agents[1].dialog(replacedBy: wrong) == nil)
        wrong = dialog.replaces
        wrong.callID += "x"
        #expect(network.agents[1].dialog(replacedBy: wrong) == nil)
        try network.with(0) { agent, now in try agent.bye(caller, at: now) }
        try network.run(for: .seconds(40))
        #expect(network.agents[1].dialog(replacedBy: dialog.replaces) == nil)
        #expect(network.agents[0].replaceableDialog(of: caller) == nil)
    }

    @Test("A call of ours that rings can be picked up, one that rings here cannot")
    func early() throws {
        var network = VirtualNetwork()
        network.reaction = { network, happening in
            guard case .incoming = happening.event else { return }
            try network.with(1) { agent, now in try agent.ring(happening.handle, at: now) }
        }
        let invite = network.call(0, 1)
        let flow = network.flow(0, to: 1)
        let caller = try network.with(0) { agent, now in try agent.invite(invite, on: flow, at: now) }
        try network.run(for: .milliseconds(100))
        let ringing = try #require(network.sent.last { $0.message.response?.status == 180 }?.message.headers)
        let tags = (try ringing.to.tag ?? "", try ringing.from.tag ?? "")
        let callID = try ringing.callID
        #expect(
            network.agents[0].dialog(replacedBy: Replaces(callID: callID, toTag: tags.1, fromTag: tags.0))
                == ReplacedDialog(handle: caller, isEstablished: false))
        #expect(network.agents[1].dialog(replacedBy: Replaces(callID: callID, toTag: tags.0, fromTag: tags.1)) == nil)
    }

    @Test(
        "An INVITE whose Replaces cannot be read gets 400",
        arguments: ["nonsense", "c;to-tag=1", "c;to-tag=1;from-tag=2,d"])
    func malformed(value: String) throws {
        var network = VirtualNetwork()
        var call = network.call(0, 1)
        call.headers = ["Replaces": value]
        let (invite, flow) = (call, network.flow(0, to: 1))
        _ = try network.with(0) { agent, now in try agent.invite(invite, on: flow, at: now) }
        try network.run(for: .milliseconds(100))
        #expect(network.count(400, to: .invite, from: 1) == 1 && network.events(of: 1).isEmpty)
    }
}
