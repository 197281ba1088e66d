import Media
import SIP
import Testing

@testable import VoiceEngine

/// Digits by INFO in virtual time.
@Suite struct InfoDigitSenderTests {
    private let start = SIPInstant(nanoseconds: 1_000_000_000)

    /// The digits with the milliseconds after the start at which each leaves.
    private func run(_ sender: InfoDigitSender) -> [(String, Int)] {
        var sender = sender
        var sent: [(String, Int)] = []
        while let deadline = sender.nextDeadline {
            while let digit = sender.timerFired(at: deadline) {
                sent.append(("\(digit)", Int(start.duration(to: deadline) / .milliseconds(1))))
            }
        }
        return sent
    }

    @Test("Digits leave one after the other, a pause between the groups")
    func paces() {
        var sender = InfoDigitSender()
        sender.send(DialString("12p#"), at: start)
        let sent = run(sender)
        #expect(sent.map(\.0) == ["1", "2", "#"])
        #expect(sent.map(\.1) == [0, 260, 1020])
    }

    @Test("Nothing leaves before its time, and an idle sender has no deadline")
    func waits() {
        var sender = InfoDigitSender()
        #expect(sender.nextDeadline == nil)
        sender.send(DialString("xyz"), at: start)
        #expect(sender.nextDeadline == nil, "no digit in it")
        sender.send(DialString("78"), at: start)
        #expect(sender.timerFired(at: start)?.character == "7")
        #expect(sender.timerFired(at: start + .milliseconds(259)) == nil)
        #expect(sender.timerFired(at: start + .milliseconds(260))?.character == "8")
        #expect(sender.timerFired(at: start + .milliseconds(520)) == nil)
        #expect(sender.nextDeadline == nil)
    }

    @Test("Digits given meanwhile follow those that wait; more than 256 are not kept")
    func queues() {
        var sender = InfoDigitSender()
        sender.send(DialString("1"), at: start)
        sender.send(DialString(String(repeating: "2", count: 300)), at: start + .milliseconds(10))
        let sent = run(sender)
        #expect(sent.first?.0 == "1")
        #expect(sent.count == 256)
    }

    @Test(
        "The form is that of the Accept header",
        arguments: [
            ("application/sdp, application/dtmf-relay", DigitInfoBody.ContentType.relay),
            ("application/dtmf;q=0.5", .plain), ("application/dtmf, Application/DTMF-Relay ;q=1", .relay),
            ("application/sdp", nil), ("", nil),
        ] as [(String, DigitInfoBody.ContentType?)])
    func readsAccept(header: String, form: DigitInfoBody.ContentType?) {
        #expect(DigitInfoBody.ContentType.accepted(by: SIPHeaders([(.accept, header)])) == form)
    }
}
