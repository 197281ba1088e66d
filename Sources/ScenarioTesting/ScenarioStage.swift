import CallControl
import Logging
import NIOCore
import NIOPosix
import ScenarioRuntime

/// Runs tests of scenarios: real scripts in real workers, everything else staged, time without waiting.
///
/// Two runs of a test are the same to the letter: clock, randomness and ids come from the test. Tests run one after another.
public final class ScenarioStage: @unchecked Sendable {  // What is not constant is used on the event loop only.
    private let eventLoop: any EventLoop
    private let clock = StageClock()
    private let identifiers = SeededIdentifiers()
    private let servers: StagedServers
    private let runtime: ScenarioRuntime

    /// - Parameter workerExecutable: the `script-worker` program; nil means the one beside the running program.
    public init(workerExecutable: String? = nil) {
        eventLoop = NIOSingletons.posixEventLoopGroup.next()
        servers = StagedServers(clock: clock)
        let configuration = RuntimeConfiguration(workerExecutable: workerExecutable)
        runtime = ScenarioRuntime(
            configuration: configuration, eventLoop: eventLoop, httpClient: servers, mailClient: servers,
            socketClient: servers, clock: clock, identifiers: identifiers,
            logger: Logger(label: "scenario-test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Starts the workers; fails when the worker program cannot run.
    public func start() async throws { try await runtime.start().get() }

    /// Ends the workers.
    public func shutdown() async throws { try await runtime.shutdown().get() }

    /// Runs one test.
    public func run(_ test: ScenarioTest) async throws -> TestOutcome {
        let began = ContinuousClock.now
        let run = try await eventLoop.submit { [self] in begin(test) }.get()
        try await settle(run)
        let deadline = test.start + test.limit.milliseconds
        while try await eventLoop.submit({ [self] in
            guard !run.isOver else { return false }
            run.startSteps()
            return clock.runNext(until: deadline)
        }).get() {
            try await settle(run)
        }
        let outcome = try await eventLoop.submit { [self] in
            let outcome = run.outcome(unexpected: servers.unexpected, elapsed: ContinuousClock.now - began)
            run.abandon()
            return outcome
        }.get()
        try await finish(run)
        return outcome
    }

    /// Runs what is left, so that the next test begins on an empty stage: a session that has not ended, answers on their way.
    private func finish(_ run: TestRun) async throws {
        repeat {
            try await settle(run)
        } while try await eventLoop.submit { [self] in clock.runNext(until: .max) }.get()
    }

    private func begin(_ test: ScenarioTest) -> TestRun {
        clock.reset(to: test.start)
        identifiers.reset()
        let run = TestRun(test: test, clock: clock)
        servers.reset(rules: test.web) { run.note(.request, $0) }
        let services = StagedServices(test: test, clock: clock, eventLoop: eventLoop)
        run.begin(services: services, in: runtime)
        return run
    }

    private func settle(_ run: TestRun) async throws {
        try await eventLoop.flatSubmit { [eventLoop] in
            run.whenIdle() ?? eventLoop.makeSucceededVoidFuture()
        }.get()
    }
}
