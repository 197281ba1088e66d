/// How the scenario runtime works; the defaults suit one machine.
public struct RuntimeConfiguration: Sendable {
    /// Path of the `script-worker` program; nil means the one beside the running program.
    public var workerExecutable: String?
    /// Worker processes that share the sessions of scenarios which the operator published.
    public var sharedWorkers: Int
    /// Spare workers that wait for an account's own scenarios.
    public var accountStandbyWorkers: Int
    /// A shared worker takes this many sessions and is then replaced, so that nothing piles up in it.
    public var sessionsPerWorker: Int
    /// Scenarios that are loaded into every worker before the first call asks for them.
    public var knownScenarios: [ScenarioSource]
    public var session: SessionLimits
    public var worker: WorkerLimits

    public init(
        workerExecutable: String? = nil, sharedWorkers: Int = 2, accountStandbyWorkers: Int = 1,
        sessionsPerWorker: Int = 10_000, knownScenarios: [ScenarioSource] = [],
        session: SessionLimits = SessionLimits(), worker: WorkerLimits = WorkerLimits()
    ) {
        self.workerExecutable = workerExecutable
        self.sharedWorkers = max(1, sharedWorkers)
        self.accountStandbyWorkers = max(0, accountStandbyWorkers)
        self.sessionsPerWorker = max(1, sessionsPerWorker)
        self.knownScenarios = knownScenarios
        self.session = session
        self.worker = worker
    }
}

/// What one session may use; the values are the cloud's.
public struct SessionLimits: Sendable, Equatable {
    /// Incoming and outgoing legs of a session, failed ones too.
    public var callAttempts = 50
    /// Legs that wait for their answer at one time.
    public var unansweredCalls = 10
    /// Seconds until an incoming leg that nobody answers is ended.
    public var unansweredSeconds = 60
    /// Seconds that a session without a leg goes on.
    public var idleSeconds = 60
    public var timers = 100
    public var runningRequests = 3
    /// Requests that run or wait; the next one raises an exception in the script.
    public var outstandingRequests = 35
    public var responseBytes = 2 << 20
    public var connectSeconds = 6
    public var requestSeconds = 90
    /// UTF-8 bytes of a message to a leg.
    public var messageBytes = 8192
    /// Longer custom data is kept and noted in the log.
    public var customDataBytes = 200
    /// Characters of one log entry; the rest is cut off.
    public var logCharacters = 15_000
    /// Characters that speech synthesis takes.
    public var speechCharacters = 1_500
    /// UTF-16 units of all scenario texts together.
    public var scenarioCharacters = 256 * 1024

    public init() {}
}

/// What a worker process may use before a session or the process itself is stopped.
public struct WorkerLimits: Sendable, Equatable {
    /// Processor time of one callback, microtasks included.
    public var callbackMilliseconds = 1_000
    /// Wall-clock time above the callback's processor time after which the server looks whether the worker spins.
    public var marginMilliseconds = 500
    /// Wall-clock time after which an unanswered event ends the worker whatever the reason.
    public var stallMilliseconds = 10_000
    /// Memory of one session above which it is stopped.
    public var sessionBytes = 64 << 20
    /// Resident memory of a worker above which the server stops it.
    public var workerBytes = 768 << 20
    /// Memory that a worker may take beyond what the engine reserves at its start (RLIMIT_DATA); the process aborts at it.
    public var dataBytes = 2 << 30
    /// Machine code for the operator's own scenarios; it costs a short session more than it saves. Accounts' scenarios are always
    /// interpreted.
    public var usesJIT = false

    public init() {}
}
