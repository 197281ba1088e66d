import Billing
import CallControl
import Testing

@testable import VoicePlatform

@Suite struct LegLedgerTests {
    private static let leg = CallID(rawValue: "leg")
    private static let start = UnixTime(milliseconds: 1_800_000_000_250)
    /// 7 for the set-up and 60 for each minute that has begun after 10 free seconds.
    private static let price = LedgerBench.price(setup: 7, free: 10)

    /// A length of talk, what is held for it, what the history must show and what it must cost.
    struct Talk: Sendable {
        let milliseconds: Int64
        var paidThrough = 1000
        let seconds: Int
        let cost: Int64
    }

    private static let talks = [
        Talk(milliseconds: 0, seconds: 1, cost: 7), Talk(milliseconds: 1, seconds: 1, cost: 7),
        Talk(milliseconds: 999, seconds: 1, cost: 7), Talk(milliseconds: 1000, seconds: 1, cost: 7),
        Talk(milliseconds: 10_000, seconds: 10, cost: 7), Talk(milliseconds: 10_001, seconds: 11, cost: 67),
        Talk(milliseconds: 70_000, seconds: 70, cost: 67), Talk(milliseconds: 70_900, seconds: 71, cost: 127),
        // The money ends at 70 s, the hang-up is a moment later; nobody pays for a ledger that does not answer.
        Talk(milliseconds: 70_900, paidThrough: 70, seconds: 70, cost: 67),
        Talk(milliseconds: 74_900, paidThrough: 70, seconds: 75, cost: 67),
    ]

    private func ledger(answered: Bool = true, _ price: CallPrice? = price) -> LegLedger {
        var ledger = LegLedger()
        ledger.add(HistoryTests.leg("leg", remote: "r"), price: price, .eur)
        if answered { _ = ledger.connected(Self.leg, at: Self.start) }
        return ledger
    }

    @Test(arguments: talks)
    func `seconds that have begun are shown and paid, whoever ends the leg`(talk: Talk) throws {
        var (hungUp, abandoned) = (ledger(), ledger())
        let end = CallEnd(talk: .milliseconds(talk.milliseconds), code: 200, reason: "OK")
        let now = UnixTime(milliseconds: Self.start.milliseconds + talk.milliseconds)
        let ends = [
            hungUp.disconnected(Self.leg, end, paidThrough: talk.paidThrough),
            abandoned.abandon(Self.leg, at: now, paidThrough: talk.paidThrough),
        ]
        for end in ends {
            let end = try #require(end)
            #expect(end.seconds == talk.seconds)
            #expect(end.charge.amount.millionths == talk.cost)
            #expect(end.isSuccessful)
        }
    }

    @Test func `who was not answered has talked for no time and pays nothing`() throws {
        var (hungUp, abandoned) = (ledger(answered: false), ledger(answered: false))
        let end = CallEnd(talk: .zero, code: 487, reason: "Request Terminated")
        let ends = [
            hungUp.disconnected(Self.leg, end, paidThrough: 70),
            abandoned.abandon(Self.leg, at: Self.start, paidThrough: 70),
        ]
        for end in ends {
            let end = try #require(end)
            #expect(end.seconds == 0 && end.charge.amount.isZero && !end.isSuccessful)
        }
    }

    @Test func `a free leg shows the seconds that have begun, too`() throws {
        var free = ledger(nil)
        let ended = free.disconnected(
            Self.leg, CallEnd(talk: .milliseconds(1400), code: 200, reason: "OK"), paidThrough: nil)
        let end = try #require(ended)
        #expect(end.seconds == 2 && end.charge.amount.isZero && !end.isHeld)
    }
}
