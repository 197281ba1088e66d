import SIP
import Testing

@testable import VoiceEngine

@Suite("Health of a trunk's server")
struct ServerHealthTests {
    private static func at(_ seconds: Double) -> SIPInstant {
        SIPInstant(nanoseconds: UInt64((1000 + seconds) * 1e9))
    }

    private static func taken(_ health: inout ServerHealth) -> [ServerHealth.Action] {
        var actions: [ServerHealth.Action] = []
        while let action = health.nextAction() { actions.append(action) }
        return actions
    }

    private static func watched(every seconds: Int = 30) -> ServerHealth {
        ServerHealth(settings: ServerHealth.Settings(interval: .seconds(seconds)))
    }

    @Test func aServerIsAskedAtOnceAndThenAtEachInterval() {
        var health = Self.watched()
        health.start(at: Self.at(0))
        #expect(Self.taken(&health) == [.probe])
        #expect(health.nextDeadline == Self.at(5) && health.isUsable(at: Self.at(0)) && health.since == nil)
        health.probeEnded(.answered, at: Self.at(1))
        #expect(health.state == .up && health.nextDeadline == Self.at(31) && Self.taken(&health).isEmpty)
        #expect(health.since == Self.at(1) && health.lastAnswer == Self.at(1))
        health.timersFired(at: Self.at(30))
        #expect(Self.taken(&health).isEmpty)
        health.timersFired(at: Self.at(31))
        #expect(Self.taken(&health) == [.probe])
    }

    @Test func silenceKeepsCallsAwayUntilAnAnswerWithPausesThatGrowUpToTheInterval() {
        var health = Self.watched()
        health.start(at: Self.at(0))
        var now = 0.0
        var pauses: [Double] = []
        for _ in 0..<5 {
            #expect(Self.taken(&health).contains(.probe))
            health.probeEnded(.silent, at: Self.at(now))
            #expect(health.state == .down && !health.isUsable(at: Self.at(now + 10_000)))
            let next = health.nextDeadline?.nanoseconds ?? 0
            pauses.append(Double(next) / 1e9 - 1000 - now)
            now += pauses.last ?? 0
            health.timersFired(at: Self.at(now))
        }
        #expect(pauses == [5, 10, 20, 30, 30])
        #expect(Self.taken(&health) == [.probe])
        health.probeEnded(.answered, at: Self.at(now))
        #expect(Self.taken(&health) == [.changed(isUp: true)])
        #expect(health.isUsable(at: Self.at(now)) && health.nextDeadline == Self.at(now + 30))
    }

    @Test func anAnswerIsWaitedForOnlySoLong() {
        var settings = ServerHealth.Settings(interval: .seconds(30))
        settings.patience = .seconds(3)
        var health = ServerHealth(settings: settings)
        health.start(at: Self.at(0))
        _ = Self.taken(&health)
        health.timersFired(at: Self.at(2.9))
        #expect(Self.taken(&health).isEmpty)
        health.timersFired(at: Self.at(3))
        #expect(Self.taken(&health) == [.abandonProbe, .changed(isUp: false)])
        #expect(health.state == .down && health.since == Self.at(3) && health.nextDeadline == Self.at(8))
        // What comes later is no answer to a question any more.
        health.probeEnded(.answered, at: Self.at(4))
        #expect(health.state == .down && health.lastAnswer == nil)
        health.timersFired(at: Self.at(8))
        #expect(Self.taken(&health) == [.probe])
        health.probeEnded(.answered, at: Self.at(9))
        health.probeEnded(.answered, at: Self.at(10))
        #expect(health.since == Self.at(9) && health.lastAnswer == Self.at(9))
    }

    @Test func aCallThatMeetsSilenceHasTheServerAskedAtOnce() {
        var health = Self.watched()
        health.start(at: Self.at(0))
        health.probeEnded(.answered, at: Self.at(0))
        _ = Self.taken(&health)
        health.noted(.silent, at: Self.at(10))
        #expect(Self.taken(&health) == [.changed(isUp: false), .probe])
        // A second call says the same while the question is under way.
        health.noted(.silent, at: Self.at(11))
        #expect(Self.taken(&health).isEmpty)
        health.probeEnded(.answered, at: Self.at(12))
        #expect(Self.taken(&health) == [.changed(isUp: true)] && health.isUsable(at: Self.at(12)))
    }

    @Test func aServerThatIsNotAskedRestsLongerWithEachSilence() {
        var health = ServerHealth(settings: ServerHealth.Settings(interval: nil))
        health.start(at: Self.at(0))
        #expect(Self.taken(&health).isEmpty && health.nextDeadline == nil)
        var now = 0.0
        for rest in [30.0, 60, 120, 240, 300, 300] {
            health.noted(.silent, at: Self.at(now))
            #expect(!health.isUsable(at: Self.at(now + rest - 1)) && health.isUsable(at: Self.at(now + rest)))
            #expect(health.nextDeadline == nil)
            now += rest
        }
        health.noted(.answered, at: Self.at(now))
        #expect(Self.taken(&health) == [.changed(isUp: false), .changed(isUp: true)] && health.state == .up)
        health.noted(.silent, at: Self.at(now))
        #expect(health.isUsable(at: Self.at(now + 30)))
    }

    @Test(arguments: [(nil, 30.0), (Duration.seconds(7), 7), (.seconds(86_400), 300), (.zero, 1)])
    func aBusyServerRestsAsLongAsItSaysWithinBounds(asked: Duration?, rest: Double) {
        var health = Self.watched()
        health.start(at: Self.at(0))
        health.probeEnded(.busy(retryAfter: asked), at: Self.at(0))
        #expect(Self.taken(&health) == [.probe, .changed(isUp: false)])
        #expect(!health.isUsable(at: Self.at(rest - 0.5)) && health.isUsable(at: Self.at(rest)))
        #expect(health.nextDeadline == Self.at(rest))
    }

    @Test func anAnswerToAQuestionThatNobodyAskedChangesNothing() {
        var health = Self.watched()
        health.probeEnded(.silent, at: Self.at(0))
        #expect(health.state == .unknown && health.nextDeadline == nil)
    }
}
