import Testing

@testable import SIP

/// Runs one leaf machine through virtual time and notes when it does what.
private func run<Action: Equatable>(
    until end: Int, deadline: () -> SIPInstant?, fire: (SIPInstant) -> Action, none: Action
) -> [(milliseconds: Int, action: Action)] {
    var happenings: [(Int, Action)] = []
    while let next = deadline(), next <= instant(end) {
        let action = fire(next)
        if action != none { happenings.append((Int(next.nanoseconds / 1_000_000), action)) }
    }
    return happenings
}

private func instant(_ milliseconds: Int) -> SIPInstant {
    SIPInstant(nanoseconds: UInt64(milliseconds) * 1_000_000)
}

@Suite("Timers of the four transactions (RFC 3261 table 4, RFC 6026)")
struct TransactionTimingTests {
    private let timers = SIPTimers()

    @Test("A and B: an INVITE is repeated at 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s and given up at 32 s")
    func inviteClient() {
        var machine = InviteClientTransaction(isReliable: false, timers: timers, at: instant(0))
        let log = run(
            until: 100_000, deadline: { machine.nextDeadline }, fire: { machine.timersFired(at: $0) }, none: .none)
        #expect(log.map(\.milliseconds) == [500, 1500, 3500, 7500, 15_500, 31_500, 32_000])
        #expect(log.map(\.action) == Array(repeating: .retransmit, count: 6) + [.timedOut])
        #expect(machine.state == .terminated)
    }

    @Test("Over a reliable transport an INVITE is not repeated, only given up")
    func inviteClientReliable() {
        var machine = InviteClientTransaction(isReliable: true, timers: timers, at: instant(0))
        let log = run(
            until: 100_000, deadline: { machine.nextDeadline }, fire: { machine.timersFired(at: $0) }, none: .none)
        #expect(log.map(\.milliseconds) == [32_000] && log.map(\.action) == [.timedOut])
    }

    @Test("In Proceeding an INVITE waits for ever")
    func proceeding() {
        var machine = InviteClientTransaction(isReliable: false, timers: timers, at: instant(0))
        #expect(machine.receive(status: 180, at: instant(100)) == .deliver)
        #expect(machine.nextDeadline == nil && machine.state == .proceeding)
        #expect(machine.receive(status: 183, at: instant(200)) == .deliver)
    }

    @Test(
        "D: a refusal is acknowledged each time for 32 s; over a reliable transport the end is at once",
        arguments: [false, true])
    func refusal(isReliable: Bool) {
        var machine = InviteClientTransaction(isReliable: isReliable, timers: timers, at: instant(0))
        #expect(machine.receive(status: 486, at: instant(100)) == .deliverAndAcknowledge)
        #expect(machine.receive(status: 486, at: instant(200)) == (isReliable ? .ignore : .acknowledge))
        #expect(machine.receive(status: 200, at: instant(300)) == .ignore)
        #expect(machine.nextDeadline == (isReliable ? nil : instant(32_100)))
        #expect(machine.state == (isReliable ? .terminated : .completed))
    }

    @Test("M: further 2xx are delivered for 32 s after the first", arguments: [false, true])
    func accepted(isReliable: Bool) {
        var machine = InviteClientTransaction(isReliable: isReliable, timers: timers, at: instant(0))
        #expect(machine.receive(status: 200, at: instant(100)) == .deliver)
        #expect(machine.receive(status: 200, at: instant(5000)) == .deliver)
        #expect(machine.receive(status: 486, at: instant(5001)) == .ignore)
        #expect(machine.nextDeadline == instant(32_100))
        #expect(machine.timersFired(at: instant(32_100)) == .terminated)
        #expect(machine.receive(status: 200, at: instant(32_200)) == .ignore)
    }

    @Test("G and H: a refusal is repeated at T1 doubling to T2 until 32 s")
    func inviteServer() {
        var machine = InviteServerTransaction(isReliable: false, timers: timers, at: instant(0))
        #expect(machine.respond(status: 486, at: instant(0)) == true)
        let log = run(
            until: 100_000, deadline: { machine.nextDeadline }, fire: { machine.timersFired(at: $0) }, none: .none)
        #expect(
            log.map(\.milliseconds)
                == [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500, 32_000])
        #expect(log.last?.action == .acknowledgementMissing)
    }

    @Test("100 Trying goes out after 200 ms unless there was an answer")
    func trying() {
        var silent = InviteServerTransaction(isReliable: true, timers: timers, at: instant(0))
        #expect(silent.nextDeadline == instant(200) && silent.timersFired(at: instant(200)) == .sendTrying)
        #expect(silent.nextDeadline == nil)
        var answered = InviteServerTransaction(isReliable: true, timers: timers, at: instant(0))
        #expect(answered.respond(status: 180, at: instant(50)) && answered.nextDeadline == nil)
    }

    @Test("I: an ACK stops the repetition, and its own repetitions are absorbed for T4", arguments: [false, true])
    func confirmed(isReliable: Bool) {
        var machine = InviteServerTransaction(isReliable: isReliable, timers: timers, at: instant(0))
        #expect(machine.receiveInvite() == .retransmit)
        #expect(machine.respond(status: 404, at: instant(10)) && machine.receiveInvite() == .retransmit)
        #expect(machine.receiveACK(at: instant(100)) == (isReliable ? .terminated : .ignore))
        #expect(machine.receiveACK(at: instant(200)) == .ignore && machine.receiveInvite() == .ignore)
        #expect(machine.nextDeadline == (isReliable ? nil : instant(5100)))
        #expect(machine.respond(status: 200, at: instant(300)) == false)
    }

    @Test("L: after a 2xx INVITEs are absorbed and ACKs delivered for 32 s; more 2xx may be sent, nothing else")
    func acceptedServer() {
        var machine = InviteServerTransaction(isReliable: false, timers: timers, at: instant(0))
        #expect(machine.respond(status: 200, at: instant(0)) && machine.respond(status: 200, at: instant(500)))
        #expect(!machine.respond(status: 486, at: instant(600)) && !machine.respond(status: 180, at: instant(600)))
        #expect(machine.receiveInvite() == .ignore && machine.receiveACK(at: instant(700)) == .deliverACK)
        #expect(machine.nextDeadline == instant(32_000) && machine.timersFired(at: instant(32_000)) == .terminated)
    }

    @Test("E and F: a request is repeated at T1 doubling to T2 and given up at 32 s")
    func nonInviteClient() {
        var machine = NonInviteClientTransaction(isReliable: false, timers: timers, at: instant(0))
        let log = run(
            until: 100_000, deadline: { machine.nextDeadline }, fire: { machine.timersFired(at: $0) }, none: .none)
        #expect(
            log.map(\.milliseconds)
                == [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500, 32_000])
        #expect(log.last?.action == .timedOut)
    }

    @Test("E in Proceeding: after a provisional response repetitions come every T2")
    func nonInviteProceeding() {
        var machine = NonInviteClientTransaction(isReliable: false, timers: timers, at: instant(0))
        #expect(machine.receive(status: 100, at: instant(100)) == .deliver)
        let log = run(
            until: 13_000, deadline: { machine.nextDeadline }, fire: { machine.timersFired(at: $0) }, none: .none)
        #expect(log.map(\.milliseconds) == [500, 4500, 8500, 12_500])
    }

    @Test("K: repeated finals are absorbed for T4", arguments: [false, true])
    func nonInviteCompleted(isReliable: Bool) {
        var machine = NonInviteClientTransaction(isReliable: isReliable, timers: timers, at: instant(0))
        #expect(machine.receive(status: 200, at: instant(100)) == .deliver)
        #expect(machine.receive(status: 200, at: instant(200)) == .ignore)
        #expect(machine.nextDeadline == (isReliable ? nil : instant(5100)))
    }

    @Test("J: a repeated request gets the answer again for 32 s", arguments: [false, true])
    func nonInviteServer(isReliable: Bool) {
        var machine = NonInviteServerTransaction(isReliable: isReliable, timers: timers, at: instant(0))
        #expect(machine.receiveRequest() == .ignore)
        #expect(machine.respond(status: 200, at: instant(100)) && !machine.respond(status: 500, at: instant(200)))
        #expect(machine.receiveRequest() == (isReliable ? .ignore : .retransmit))
        #expect(machine.nextDeadline == (isReliable ? nil : instant(32_100)))
    }
}
