import SIP
import Testing

@testable import VoiceEngine

@Suite("Failover between the ways of a call")
struct FailoverPlanTests {
    private static func at(_ seconds: Double) -> SIPInstant {
        SIPInstant(nanoseconds: UInt64((1000 + seconds) * 1e9))
    }

    private static func taken(_ plan: inout FailoverPlan) -> [FailoverPlan.Action] {
        var actions: [FailoverPlan.Action] = []
        while let action = plan.nextAction() { actions.append(action) }
        return actions
    }

    private static func begun(_ limits: Double...) -> FailoverPlan {
        var plan = FailoverPlan(limits: limits.map { .milliseconds(Int($0 * 1000)) })
        plan.start(at: at(0))
        #expect(taken(&plan) == [.attempt(0)])
        return plan
    }

    /// Whether the next way is tried after a failure.
    private static func fails(
        _ plan: inout FailoverPlan, _ way: Int, status: Int, isLocal: Bool = false, at seconds: Double
    ) -> Bool {
        plan.failed(way, FailoverPlan.Failure(status: status, isLocal: isLocal), at: at(seconds))
    }

    @Test func aSilentServerIsLeftAtItsLimit() {
        var plan = Self.begun(4, 2)
        #expect(plan.nextDeadline == Self.at(4))
        plan.timersFired(at: Self.at(3.9), isTrying: false)
        #expect(Self.taken(&plan).isEmpty)
        plan.timersFired(at: Self.at(4), isTrying: false)
        #expect(Self.taken(&plan) == [.abandon(0), .attempt(1)])
        #expect(plan.nextDeadline == Self.at(6))
        plan.timersFired(at: Self.at(6), isTrying: false)
        #expect(Self.taken(&plan) == [.abandon(1), .exhausted])
        #expect(plan.nextDeadline == nil && plan.current == nil)
    }

    @Test func aServerThatIsTryingMayTakeItsTime() {
        var plan = Self.begun(4, 4)
        plan.timersFired(at: Self.at(4), isTrying: true)
        #expect(Self.taken(&plan).isEmpty && plan.nextDeadline == nil)
        // It may still say that it cannot.
        let goesOn = Self.fails(&plan, 0, status: 503, at: 9)
        #expect(goesOn && Self.taken(&plan) == [.attempt(1)])
        #expect(plan.nextDeadline == Self.at(13))
    }

    @Test(arguments: [401, 407, 408, 502, 503, 504])
    func aServerThatCannotPassTheCallOnIsLeft(status: Int) {
        var plan = Self.begun(4, 4)
        #expect(Self.fails(&plan, 0, status: status, at: 1))
        #expect(Self.taken(&plan) == [.attempt(1)])
        #expect(!Self.fails(&plan, 1, status: status, at: 2))
        #expect(Self.taken(&plan).isEmpty && plan.current == nil)
    }

    @Test(arguments: [400, 403, 404, 480, 486, 487, 500, 603])
    func aRefusalIsTheCalls(status: Int) {
        var plan = Self.begun(4, 4)
        #expect(!Self.fails(&plan, 0, status: status, at: 1))
        #expect(Self.taken(&plan).isEmpty && plan.nextDeadline == nil)
    }

    @Test func noWayToTheServerIsLikeSilence() {
        var plan = Self.begun(4, 4)
        #expect(Self.fails(&plan, 0, status: 488, isLocal: true, at: 1))
        #expect(Self.taken(&plan) == [.attempt(1)])
    }

    @Test func whoHasHeardItRingIsNotCalledTwice() {
        var plan = Self.begun(4, 4)
        plan.reached(0)
        #expect(plan.nextDeadline == nil)
        plan.timersFired(at: Self.at(4), isTrying: false)
        #expect(Self.taken(&plan).isEmpty)
        #expect(!Self.fails(&plan, 0, status: 503, at: 20))
        #expect(Self.taken(&plan).isEmpty)
    }

    @Test func whatAnAbandonedAttemptSaysDoesNotCount() {
        var plan = Self.begun(4, 4)
        plan.timersFired(at: Self.at(4), isTrying: false)
        _ = Self.taken(&plan)
        #expect(!Self.fails(&plan, 0, status: 487, at: 5))
        plan.reached(0)
        #expect(plan.current == 1 && plan.nextDeadline == Self.at(8) && Self.taken(&plan).isEmpty)
    }

    @Test func aServerAtManyPlacesIsTriedAtEach() {
        var plan = Self.begun(4, 2)
        // The look-up has taken its time; the first place has its own.
        plan.found(0, next: 1, last: 1, at: Self.at(1))
        #expect(Self.taken(&plan).isEmpty && plan.nextDeadline == Self.at(5))
        plan.timersFired(at: Self.at(5), isTrying: false)
        #expect(Self.taken(&plan) == [.abandon(0), .attempt(1)] && plan.nextDeadline == Self.at(9))
        #expect(Self.fails(&plan, 1, status: 503, at: 6))
        #expect(Self.taken(&plan) == [.attempt(2)] && plan.nextDeadline == Self.at(8))
        #expect(Self.fails(&plan, 2, status: 503, at: 7))
        #expect(Self.taken(&plan) == [.attempt(3)] && plan.nextDeadline == Self.at(11))
        #expect(!Self.fails(&plan, 3, status: 503, at: 8))
    }

    @Test func placesOfAnotherServerDoNotCount() {
        var plan = Self.begun(4, 2)
        plan.found(1, next: 3, last: 0, at: Self.at(1))
        plan.timersFired(at: Self.at(4), isTrying: false)
        _ = Self.taken(&plan)
        #expect(!Self.fails(&plan, 1, status: 503, at: 5))
    }

    @Test func noWayAtAllIsTheEnd() {
        var plan = FailoverPlan(limits: [])
        plan.start(at: Self.at(0))
        #expect(Self.taken(&plan) == [.exhausted])
    }
}
