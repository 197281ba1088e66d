import Testing

@testable import SIP

@Suite("Session timers")
struct SessionTimerTests {
    private func settings(_ interval: Duration = .seconds(1800), minimum: Duration = .seconds(90)) -> UserAgentSettings
    {
        UserAgentSettings(
            invite: InviteSettings(sessionTimer: SessionTimerSettings(interval: interval, minimum: minimum)))
    }

    @Test("The caller refreshes by UPDATE at half of the interval, for as long as the call lasts")
    func refresh() throws {
        var network = VirtualNetwork(settings: settings(.seconds(600)))
        _ = try network.establish()
        try network.run(for: .seconds(3600))
        #expect(network.count(.update, from: 0) == 12 && network.count(.update, from: 1) == 0)
        #expect(network.finals(of: 0).isEmpty && network.finals(of: 1).isEmpty)
    }

    @Test("Without UPDATE the refresh is a re-INVITE with the description unchanged")
    func refreshByInvite() throws {
        var plain = settings(.seconds(600))
        plain.invite.allow.removeAll { $0 == .update }
        var network = VirtualNetwork(settings: plain)
        _ = try network.establish()
        network.reaction = { network, happening in
            guard case .reinviteReceived(let offer) = happening.event else { return }
            #expect(offer.description == Array("offer".utf8))
            try network.with(happening.agent) { agent, now in
                try agent.acceptReinvite(happening.handle, description: Array("answer".utf8), at: now)
            }
        }
        try network.run(for: .seconds(700))
        #expect(network.count(.invite, from: 0) == 3)
        #expect(!network.events(of: 0).contains { $0.name == "reinviteAnswered" })
        #expect(network.agents.allSatisfy { $0.liveSessions == 1 })
    }

    @Test("A dead caller is noticed a little before the interval's end, and the callee ends the call")
    func deadRefresher() throws {
        var network = VirtualNetwork(settings: settings(.seconds(600)))
        _ = try network.establish()
        network.dead = [0]
        try network.run(for: .seconds(567))
        #expect(network.finals(of: 1).isEmpty)
        try network.run(for: .seconds(3))
        #expect(network.finals(of: 1) == [.ended(InviteEnd(side: .local, status: 408))])
        #expect(network.count(.bye, from: 1) >= 1)
        try network.run(for: .seconds(60))
        #expect(network.agents[1].sessions.isEmpty)
    }

    @Test("A dead callee is noticed by the refresh that gets no answer")
    func deadPeer() throws {
        var network = VirtualNetwork(settings: settings(.seconds(600)))
        _ = try network.establish()
        network.dead = [1]
        try network.run(for: .seconds(340))
        #expect(network.finals(of: 0) == [.ended(InviteEnd(side: .local, status: 408))])
    }

    @Test("An interval below the callee's minimum is raised by 422 before the call rings")
    func tooSmall() throws {
        var network = VirtualNetwork(settings: settings(.seconds(90)))
        network.agents[1] = UserAgent(settings: settings(.seconds(1800), minimum: .seconds(300)), seed: [9])
        _ = try network.establish()
        #expect(network.count(422, to: .invite, from: 1) == 1)
        #expect(network.events(of: 0).last?.name == "answered")
        let second = try #require(network.sent.last { $0.message.request?.method == .invite }?.message)
        #expect(try second.headers.sessionExpires?.interval == 300 && second.headers.minSE == 300)
    }

    @Test(
        "The called side's decision follows RFC 4028 table 2",
        arguments: [
            // Supported, refresher asked for, refresher granted, Require in the answer.
            (true, "", "uac", true), (true, ";refresher=uac", "uac", true), (true, ";refresher=uas", "uas", false),
            (false, "", "uas", false),
        ])
    func table(isSupported: Bool, asked: String, granted: String, isRequired: Bool) throws {
        var headers: SIPHeaders = ["Session-Expires": "1200\(asked)"]
        if isSupported { headers.set(.supported, "timer") }
        let verdict = SessionTimerNegotiation.answer(to: headers, settings: SessionTimerSettings())
        let refresher = try #require(SessionExpires.Refresher(rawValue: granted))
        #expect(verdict == .timer(SessionExpires(interval: 1200, refresher: refresher), isRequired: isRequired))
    }

    @Test(
        "A callee that grants less than the least of the RFC does not make us refresh without pause",
        arguments: [0, 1, 60])
    func hostileInterval(granted: Int) throws {
        let start = SIPInstant(nanoseconds: 0)
        let timer = SessionTimerNegotiation.agreed(in: ["Session-Expires": "\(granted);refresher=uac"], at: start)
        #expect(timer?.nextDeadline == start + .seconds(45))
    }

    @Test("A caller that knows no timers is refreshed by us and never refused for its interval")
    func unsupported() {
        let short: SIPHeaders = ["Session-Expires": "60"]
        let settings = SessionTimerSettings(minimum: .seconds(300))
        #expect(
            SessionTimerNegotiation.answer(to: short, settings: settings)
                == .timer(SessionExpires(interval: 300, refresher: .server), isRequired: false))
        #expect(
            SessionTimerNegotiation.answer(to: ["Session-Expires": "60", "Supported": "timer"], settings: settings)
                == .tooShort)
    }
}
