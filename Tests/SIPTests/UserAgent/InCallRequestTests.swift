import Testing

@testable import SIP

@Suite("What the shell may add and answer inside calls")
struct InCallRequestTests {
    @Test("A REFER inside a call reaches the shell with its call, and the shell's NOTIFY reaches the peer")
    func refer() throws {
        let settings = UserAgentSettings(forwarded: [.register, .refer, .notify])
        var network = VirtualNetwork(settings: settings)
        let (caller, callee) = try network.establish()
        try network.with(0) { agent, now in
            try agent.request(caller, method: .refer, headers: ["Refer-To": "<sip:c@example>"], at: now)
        }
        try network.run(for: .milliseconds(100))
        let refer = try #require(network.requests.last)
        #expect(refer.agent == 1 && refer.request.headers.first(.referTo) == "<sip:c@example>")
        #expect(network.agents[1].session(of: refer.request) == callee)
        try network.with(1) { agent, now in
            try agent.respond(refer.handle, status: 202, at: now)
            try agent.request(callee, method: .notify, headers: ["Event": "refer"], at: now)
        }
        try network.run(for: .milliseconds(100))
        #expect(network.requests.last?.request.method == .notify && network.requests.last?.agent == 0)
        #expect(network.events(of: 0).last == .requestAnswered(.refer, status: 202))
    }

    @Test("Fields of the owner replace the machine's, but never what identifies the message")
    func fields() throws {
        var network = VirtualNetwork()
        var call = network.call(0, 1)
        call.headers = ["Max-Forwards": "12", "Call-ID": "stolen", "Diversion": "<sip:x@h>", "diversion": "<sip:y@h>"]
        let invite = call
        let flow = network.flow(0, to: 1)
        _ = try network.with(0) { agent, now in try agent.invite(invite, on: flow, at: now) }
        let headers = try #require(network.sent.first?.message.headers)
        #expect(headers.all(.maxForwards) == ["12"] && headers.all(.diversion) == ["<sip:x@h>", "<sip:y@h>"])
        #expect(try headers.callID != "stolen" && headers.count(.callID) == 1)
    }

    @Test("A challenge to a call that was given up is not answered")
    func challengeAfterCancel() throws {
        var network = VirtualNetwork()
        let invite = network.call(0, 1, credentials: SIPCredentials(username: "a", password: "b"))
        let flow = network.flow(0, to: 1)
        let caller = try network.with(0) { agent, now in try agent.invite(invite, on: flow, at: now) }
        try network.with(0) { agent, now in try agent.cancel(caller, at: now) }
        network.reaction = { network, happening in
            guard case .incoming = happening.event else { return }
            try network.with(1) { agent, now in
                let challenge = "Digest realm=\"r\", nonce=\"n\", algorithm=MD5"
                try agent.reject(
                    happening.handle, status: 401, headers: SIPHeaders([(.wwwAuthenticate, challenge)]), at: now)
            }
        }
        try network.run(for: .seconds(2))
        #expect(network.finals(of: 0) == [.failed(InviteFailure(status: 487, side: .local))])
        #expect(network.count(.invite, from: 0) == 1)
    }
}
