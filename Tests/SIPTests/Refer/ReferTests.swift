import Testing

@testable import SIP

@Suite("Transfers by REFER")
struct ReferTests {
    private let target = NameAddress(uri: SIPURI(user: "68", host: "acme.example"))

    /// A call whose caller has asked for a transfer; the callee has it on its table.
    private func asked(
        _ headers: SIPHeaders = SIPHeaders(), replaces: Replaces? = nil
    ) throws -> (VirtualNetwork, caller: SessionHandle, callee: SessionHandle, ReferralID) {
        var network = VirtualNetwork()
        let (caller, callee) = try network.establish()
        let id = try network.with(0) { [target] agent, now in
            try agent.refer(caller, to: target, replaces: replaces, headers: headers, at: now)
        }
        try network.run(for: .milliseconds(100))
        return (network, caller, callee, id)
    }

    private func referral(in network: VirtualNetwork) throws -> Referral {
        for event in network.events(of: 1).reversed() {
            if case .referReceived(let referral) = event { return referral }
        }
        throw Missing.incoming
    }

    private func notifies(_ network: VirtualNetwork, from agent: Int = 1) -> [SIPRequest] {
        network.sent.filter { $0.agent == agent }.compactMap(\.message.request).filter { $0.method == .notify }
    }

    @Test("The referee accepts, reports trying at once and the outcome at the end", arguments: [200, 486])
    func wholeTransfer(status: Int) throws {
        var (network, _, callee, id) = try asked()
        let referral = try referral(in: network)
        #expect(referral.target == target.uri && referral.replaces == nil && referral.wantsReports)
        try network.with(1) { agent, now in try agent.acceptRefer(callee, referral.id, at: now) }
        try network.run(for: .milliseconds(100))
        #expect(network.count(202, to: .refer, from: 1) == 1)
        #expect(network.events(of: 0).last == .referProgress(id, status: 100, reason: "Trying"))
        try network.with(1) { agent, now in
            try agent.reportRefer(callee, referral.id, status: 180, at: now)
            try agent.reportRefer(callee, referral.id, status: status, at: now)
        }
        try network.run(for: .milliseconds(100))
        #expect(network.events(of: 0).last == .referFinished(id, status: status, reason: SIPStatus.reason(status)))
        let states = notifies(network).compactMap { $0.headers.first(.subscriptionState) }
        #expect(states == ["active;expires=420", "active;expires=419", "terminated;reason=noresource"])
        let refer = try #require(network.sent.compactMap(\.message.request).first { $0.method == .refer })
        let sequence = try refer.headers.cseq.number
        #expect(notifies(network).allSatisfy { $0.headers.first(.event) == "refer;id=\(sequence)" })
        #expect(notifies(network).last?.body == Array("SIP/2.0 \(status) \(SIPStatus.reason(status))\r\n".utf8))
        #expect(throws: UserAgentError.nothingToAnswer) {
            try network.with(1) { agent, now in try agent.reportRefer(callee, referral.id, status: 200, at: now) }
        }
    }

    @Test("An outcome that is known at once waits for the answer to the first report, and is dropped without interest")
    func outcomeWaits() throws {
        for answers in [true, false] {
            var (network, _, callee, id) = try asked()
            let referral = try referral(in: network)
            network.drops = { sender, message in
                sender == 0 && !answers && message.response?.status == 200
                    && (try? message.headers.cseq)?.method == .notify
            }
            try network.with(1) { agent, now in
                try agent.acceptRefer(callee, referral.id, at: now)
                try agent.reportRefer(callee, referral.id, status: 180, at: now)
                try agent.reportRefer(callee, referral.id, status: 200, at: now)
            }
            #expect(notifies(network).map(\.body) == [Array("SIP/2.0 100 Trying\r\n".utf8)])
            #expect(throws: UserAgentError.nothingToAnswer) {
                try network.with(1) { agent, now in try agent.reportRefer(callee, referral.id, status: 486, at: now) }
            }
            try network.run(for: .seconds(40))
            let bodies = Set(notifies(network).map { String(decoding: $0.body, as: UTF8.self) })
            #expect(
                bodies == (answers ? ["SIP/2.0 100 Trying\r\n", "SIP/2.0 200 OK\r\n"] : ["SIP/2.0 100 Trying\r\n"]))
            let outcomes = network.events(of: 0).filter { $0.name == "referFinished" }
            #expect(outcomes == (answers ? [.referFinished(id, status: 200, reason: "OK")] : []))
            let answered = network.events(of: 1).filter { $0.name == "requestAnswered" }
            #expect(answered == [.requestAnswered(.notify, status: answers ? 200 : 408)], "the last report alone")
        }
    }

    @Test("A refused REFER is the outcome")
    func refused() throws {
        var (network, _, callee, id) = try asked()
        let referral = try referral(in: network)
        try network.with(1) { agent, now in try agent.rejectRefer(callee, referral.id, at: now) }
        try network.run(for: .milliseconds(100))
        #expect(network.events(of: 0).last == .referFinished(id, status: 603, reason: "Decline"))
        #expect(notifies(network).isEmpty && network.finals(of: 0).isEmpty)
    }

    @Test("A referee that accepts and never reports is given up after 64 T1, a silent one after its subscription")
    func silence() throws {
        var (network, _, callee, id) = try asked()
        let referral = try referral(in: network)
        network.drops = { _, message in message.request?.method == .notify }
        try network.with(1) { agent, now in try agent.acceptRefer(callee, referral.id, at: now) }
        try network.run(for: .seconds(31))
        #expect(!network.events(of: 0).contains { $0.name == "referFinished" })
        try network.run(for: .seconds(2))
        #expect(network.events(of: 0).contains(.referFinished(id, status: 408, reason: "Request Timeout")))
        #expect(network.finals(of: 0).isEmpty, "the call goes on")
    }

    @Test("A referee whose owner forgets the transfer reports its failure by itself")
    func forgotten() throws {
        var (network, _, callee, id) = try asked()
        let referral = try referral(in: network)
        try network.with(1) { agent, now in try agent.acceptRefer(callee, referral.id, at: now) }
        try network.run(for: .seconds(421))
        #expect(notifies(network).last?.headers.first(.subscriptionState) == "terminated;reason=noresource")
        // The asker does not believe that long.
        #expect(network.events(of: 0).contains(.referFinished(id, status: 408, reason: "Request Timeout")))
    }

    @Test("Without a subscription (RFC 4488) nothing is reported and the acceptance is the outcome")
    func noSubscription() throws {
        var (network, _, callee, id) = try asked(["Refer-Sub": "false", "Require": "norefersub"])
        let referral = try referral(in: network)
        #expect(!referral.wantsReports)
        try network.with(1) { agent, now in try agent.acceptRefer(callee, referral.id, at: now) }
        try network.run(for: .milliseconds(100))
        #expect(network.events(of: 0).last == .referFinished(id, status: 202, reason: "Accepted"))
        #expect(notifies(network).isEmpty)
    }

    @Test("A call that ends before the outcome tells so before its own end")
    func callEnds() throws {
        var (network, _, callee, id) = try asked()
        let referral = try referral(in: network)
        try network.with(1) { agent, now in
            try agent.acceptRefer(callee, referral.id, at: now)
            try agent.bye(callee, at: now)
        }
        try network.run(for: .seconds(1))
        let names = network.events(of: 0).suffix(2).map(\.name)
        #expect(names == ["referFinished", "ended"])
        #expect(
            network.events(of: 0).contains(
                .referFinished(id, status: 487, reason: "The call ended before the transfer")))
    }

    @Test("The dialog to take over travels in the address of an attended transfer")
    func attended() throws {
        let replaces = Replaces(callID: "a/b%20+@c", toTag: "to", fromTag: "from", earlyOnly: true)
        let (network, _, _, _) = try asked(replaces: replaces)
        let referral = try referral(in: network)
        #expect(referral.replaces == replaces)
        #expect(referral.target == target.uri)
    }

    @Test(
        "A REFER that cannot be understood gets 400",
        arguments: [
            [], ["<sip:a@h>", "<sip:b@h>"], ["<sip:a@h>, <sip:b@h>"], ["http://h"], ["<sip:a@h"],
            ["<sip:a@h?Replaces=nonsense>"], ["<sip:a@h?Replaces=c%3Bto-tag%3D1%3Bfrom-tag%3D2&Replaces=x>"],
        ])
    func malformed(targets: [String]) throws {
        var network = VirtualNetwork()
        let (caller, _) = try network.establish()
        var headers = SIPHeaders()
        for target in targets { headers.append(.referTo, target) }
        try network.with(0) { agent, now in try agent.request(caller, method: .refer, headers: headers, at: now) }
        try network.run(for: .milliseconds(100))
        #expect(network.events(of: 0).last == .requestAnswered(.refer, status: 400))
        #expect(!network.events(of: 1).contains { $0.name == "referReceived" })
    }

    @Test("A second transfer waits for the first's end, and a call sees ten of them")
    func limits() throws {
        var (network, caller, callee, _) = try asked()
        try network.with(0) { [target] agent, now in _ = try agent.refer(caller, to: target, at: now) }
        try network.run(for: .milliseconds(100))
        #expect(network.count(491, to: .refer, from: 1) == 1)
        let first = try referral(in: network)
        try network.with(1) { agent, now in try agent.rejectRefer(callee, first.id, at: now) }
        for _ in 0..<8 {
            try network.with(0) { [target] agent, now in _ = try agent.refer(caller, to: target, at: now) }
            try network.run(for: .milliseconds(100))
            let next = try referral(in: network)
            try network.with(1) { agent, now in try agent.rejectRefer(callee, next.id, at: now) }
        }
        #expect(throws: UserAgentError.self) {
            try network.with(0) { [target] agent, now in try agent.refer(caller, to: target, at: now) }
        }
    }

    @Test(
        "Reports that are none are refused and change nothing",
        arguments: [
            ("presence", "active", "SIP/2.0 200 OK\r\n", 489), ("refer;id=7777", "active", "SIP/2.0 200 OK\r\n", 481),
            ("refer", "active", "hello", 400), ("refer", "active", "", 400),
            ("refer", "active", "SIP/2.0 9 No\r\n", 400),
            ("refer", "", "SIP/2.0 200 OK\r\n", 400), ("refer", "terminated", "\0\u{1}", 400),
        ])
    func garbage(event: String, state: String, body: String, status: Int) throws {
        var (network, _, callee, _) = try asked()
        let referral = try referral(in: network)
        try network.with(1) { agent, now in try agent.acceptRefer(callee, referral.id, at: now) }
        try network.run(for: .milliseconds(100))
        var headers: SIPHeaders = ["Event": event]
        if !state.isEmpty { headers.set(.subscriptionState, state) }
        let payload = SIPPayload(contentType: "message/sipfrag", bytes: Array(body.utf8))
        let report = headers
        try network.with(1) { agent, now in
            try agent.request(callee, method: .notify, payload: payload, headers: report, at: now)
        }
        try network.run(for: .milliseconds(100))
        #expect(network.count(status, to: .notify, from: 0) == 1)
        // A 481 to a request that is no report of the machine's own ends its call (RFC 5057), and with it the transfer.
        let outcomes = network.events(of: 0).compactMap { event -> Int? in
            if case .referFinished(_, let status, _) = event { status } else { nil }
        }
        #expect(outcomes == (status == 481 ? [487] : []))
    }

    @Test("A report without a transfer gets 481, and the call goes on")
    func strayReport() throws {
        var network = VirtualNetwork()
        let (_, callee) = try network.establish()
        try network.with(1) { agent, now in
            try agent.request(
                callee, method: .notify, headers: ["Event": "refer", "Subscription-State": "active"], at: now)
        }
        try network.run(for: .milliseconds(100))
        #expect(network.count(481, to: .notify, from: 0) == 1)
    }

    @Test("Over a bad network every transfer has exactly one outcome", arguments: 1...20)
    func badNetwork(seed: UInt64) throws {
        var network = VirtualNetwork(seed: seed)
        let (caller, callee) = try network.establish()
        network.conditions = NetworkConditions(delay: 5...400, lossPercent: 20, duplicatePercent: 10)
        let answering = network.reaction
        network.reaction = { network, happening in
            try answering(&network, happening)
            guard case .referReceived(let referral) = happening.event else { return }
            try network.with(1) { agent, now in
                try agent.acceptRefer(callee, referral.id, at: now)
                try agent.reportRefer(callee, referral.id, status: 200, at: now)
            }
        }
        try network.with(0) { [target] agent, now in _ = try agent.refer(caller, to: target, at: now) }
        try network.run(for: .seconds(120))
        #expect(network.events(of: 0).count { $0.name == "referFinished" } == 1)
    }
}
