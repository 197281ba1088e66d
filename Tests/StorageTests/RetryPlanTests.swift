import Testing

@testable import Storage

@Suite struct RetryPlanTests {
    @Test func `conflicts are tried again soon, then alone, then given up`() {
        var plan = RetryPlan(patience: .seconds(5))
        let steps = (0..<12).map { _ in plan.next(after: .again, elapsed: .zero, random: 0.5) }
        #expect(steps.prefix(3).allSatisfy { $0?.isAlone == false })
        #expect(steps[0]?.pause == .milliseconds(4))
        #expect(steps[2]?.pause == .milliseconds(16))
        #expect(steps[3] == RetryPlan.Step(pause: .zero, isAlone: true))
        #expect(steps[RetryPlan.mostConflicts - 1] != nil)
        #expect(steps[RetryPlan.mostConflicts...].allSatisfy { $0 == nil })
    }

    @Test func `a lost connection is made anew until patience ends`() {
        var plan = RetryPlan(patience: .seconds(5))
        #expect(plan.next(after: .reconnect, elapsed: .zero, random: 0)?.pause == .zero)
        #expect(plan.next(after: .reconnect, elapsed: .seconds(1), random: 0)?.pause == .milliseconds(50))
        #expect(plan.next(after: .reconnect, elapsed: .seconds(2), random: 0)?.pause == .milliseconds(100))
        #expect(plan.next(after: .reconnect, elapsed: .milliseconds(4900), random: 0) == nil)
    }

    @Test func `other failures are the answer`() {
        var plan = RetryPlan(patience: .seconds(5))
        #expect(plan.next(after: .none, elapsed: .zero, random: 0) == nil)
    }
}
