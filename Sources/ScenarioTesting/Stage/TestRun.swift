import CallControl
import NIOCore
import ScenarioRuntime

/// One test while it runs; used on the event loop only.
final class TestRun: @unchecked Sendable {
    private let test: ScenarioTest
    private let clock: StageClock
    private let calls: StagedCalls
    private var services: StagedServices?
    private var session: ScenarioSession?
    private var journal: Journal
    private var nextStep = 0
    /// Where the journal stood when the step before began.
    private var searchedUntil = 0
    private var isStepPending = false
    private(set) var isOver = false

    private static let callerID = CallID(rawValue: "16214d90008034a8.1437727808.225341")

    init(test: ScenarioTest, clock: StageClock) {
        self.test = test
        self.clock = clock
        calls = StagedCalls(test: test, clock: clock)
        journal = Journal(start: test.start)
    }

    func note(_ kind: Journal.Entry.Kind, _ text: String) { journal.note(kind, at: clock.unixMilliseconds, text) }

    func begin(services: StagedServices, in runtime: ScenarioRuntime) {
        self.services = services
        let access = "platform.test/request/1/1"
        var start = SessionStart(
            // The log shows it, so it is the same in every run; the test before has ended its session.
            sessionID: SessionID(rawValue: 1), accountID: AccountID(rawValue: 1),
            applicationID: ApplicationID(rawValue: 1), accessURL: "http://\(access)",
            accessSecureURL: "https://\(access)", logURL: "http://platform.test/log/1",
            scenarios: test.scenarios.map { ScenarioSource(name: $0.name, text: $0.text) }, trust: .operatorPublished,
            customData: test.customData, incoming: test.call.map(Self.incoming))
        start.rehearsal = Rehearsal(seed: 1)
        session = runtime.startSession(
            start, control: calls, services: services, onLogLine: { [weak self] in self?.note(.log, $0) },
            onEnd: { [weak self] end in self?.ended(end) })
        calls.onEvent = { [weak self] in self?.session?.deliver($0) }
        if test.call != nil { calls.addCaller(Self.callerID) }
    }

    private static func incoming(_ call: TestCall) -> IncomingCall {
        IncomingCall(
            id: callerID, callerID: call.from, destination: call.to, displayName: call.name,
            fromURI: "sip:\(call.from)@app.account.test", toURI: "sip:\(call.to)@app.account.test",
            headers: call.headers)
    }

    private func ended(_ end: SessionEnd) {
        note(.end, end.reason.rawValue)
        isOver = true
    }

    /// Completes when the script has nothing to do; nil before the beginning.
    func whenIdle() -> EventLoopFuture<Void>? { session?.whenIdle() }

    /// Begins with the next step when its time has come.
    func startSteps() {
        guard !isStepPending, nextStep < test.steps.count else { return }
        let step = test.steps[nextStep]
        if let when = step.when {
            let found = journal.entries[searchedUntil...].firstIndex { when.isFound(in: $0.text) }
            guard let found else { return }
            searchedUntil = found + 1
        }
        isStepPending = true
        _ = clock.schedule(afterMilliseconds: step.pause.milliseconds) { [weak self] in
            guard let self else { return }
            self.isStepPending = false
            self.nextStep += 1
            self.take(step.event)
        }
    }

    private func take(_ event: TestStep.Event) {
        switch event {
        case .party(let name, let action): calls.leg(of: name).map { calls.act(action, $0) }
        case .request(let content):
            _ = session?.deliverHTTPRequest(method: "POST", path: "/request/1/1", content: content)
        }
    }

    func outcome(unexpected: [String], elapsed: Duration) -> TestOutcome {
        var failures = ExpectationCheck.failures(test.expectations, journal.entries)
        if !isOver { failures.insert("the session has not ended within \(test.limit)", at: 0) }
        for step in test.steps.dropFirst(nextStep) {
            failures.append(
                "a step was not taken: \(step.when.map { "“\($0)” did not come" } ?? "the session ended before")")
        }
        for request in Set(unexpected).sorted() { failures.append("no web rule for the request \(request)") }
        return TestOutcome(
            name: test.name, failures: failures, journal: journal.entries.map(TestOutcome.Line.init),
            duration: SpokenTime(milliseconds: clock.unixMilliseconds - test.start), elapsed: elapsed)
    }

    /// Ends a session that is still there; its end takes what the script still has to do.
    func abandon() {
        calls.endSession()
        session?.terminate(.administrative)
    }
}
