import Testing

@testable import SIP

@Suite("What the shell may add and answer inside calls")
struct InCallRequestTests {
    @Test("A request of another method inside a call reaches the shell with its call, and so does the shell's the peer")
    func forwarded() throws {
        let publish = SIPMethod.publish
        var network = VirtualNetwork(settings: UserAgentSettings(forwarded: [.register, publish]))
        let (caller, callee) = try network.establish()
        try network.with(0) { agent, now in
            try agent.request(caller, method: publish, headers: ["X-Number": "1"], at: now)
        }
        try network.run(for: .milliseconds(100))
        let request = try #require(network.requests.last)
        #expect(request.agent == 1 && request.request.headers.first("X-Number") == "1")
        #expect(network.agents[1].session(of: request.request) == callee)
        try network.with(1) { agent, now in
            try agent.respond(request.handle, status: 202, at: now)
            try agent.request(callee, method: publish, at: now)
        }
        try network.run(for: .milliseconds(100))
        #expect(network.requests.last?.request.method == publish && network.requests.last?.agent == 0)
        #expect(network.events(of: 0).last == .requestAnswered(publish, status: 202))
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
