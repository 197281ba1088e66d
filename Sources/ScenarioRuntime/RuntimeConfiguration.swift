/// How the scenario runtime works; the defaults suit one machine.
public struct RuntimeConfiguration: Sendable {
    /// Path of the `script-worker` program; nil means the one beside the running program.
    public var workerExecutable: String?
    public var session: SessionLimits
    public var worker: WorkerLimits

    public init(
        workerExecutable: String? = nil, session: SessionLimits = SessionLimits(), worker: WorkerLimits = WorkerLimits()
    ) {
        self.workerExecutable = workerExecutable
        self.session = session
        self.worker = worker
    }
}

/// What one session may use; the values are the cloud's.
public struct SessionLimits: Sendable, Equatable {
    /// Incoming and outgoing legs of a session, failed ones too.
    public var callAttempts = 50
    /// Legs of a session at one time, beyond which none may join it: as many as a conference takes, and its own.
    public var joinedCalls = 101
    /// Legs that wait for their answer at one time.
    public var unansweredCalls = 10
    /// Seconds until an incoming leg that nobody answers is ended.
    public var unansweredSeconds = 60
    /// Seconds that a session without a leg goes on.
    public var idleSeconds = 60
    public var timers = 100
    /// Players that have not ended.
    public var players = 10
    /// Recorders, conferences and WebSockets at one time, of each.
    public var otherUnits = 10
    /// Units that a session makes at all, which bounds a script that makes them without end.
    public var unitsMade = 10_000
    /// All header fields of one message together, in bytes, and one of their values.
    public var headerBytes = 4095
    public var headerValueBytes = 200
    public var runningMails = 2
    /// Mails that are sent or wait; the next one raises an exception in the script.
    public var outstandingMails = 10
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
    /// Bytes of a session log; what follows is left out.
    public var logBytes = 16 << 20
    /// Bytes of SIP messages in a session log; 0 for none.
    public var signallingBytes = 0
    /// Characters that speech synthesis takes.
    public var speechCharacters = 1_500
    /// UTF-16 units of all scenario texts together.
    public var scenarioCharacters = 256 * 1024

    public init() {}
}

/// What the process of a session may use before it stops itself or is stopped.
public struct WorkerLimits: Sendable, Equatable {
    /// Processor time of one callback, microtasks included; and of a rehearsal in the template.
    public var callbackMilliseconds = 1_000
    /// Time above the callback's processor time after which the server stops a process that has not stopped itself.
    public var marginMilliseconds = 500
    /// Wall-clock time after which an unanswered event ends the process whatever the reason.
    public var stallMilliseconds = 10_000
    /// Memory above which a session stops itself.
    public var sessionBytes = 64 << 20
    /// Memory that a session has added to its copy of the template, above which the server stops it.
    public var processBytes = 192 << 20
    /// Memory of a template above which it is replaced.
    public var templateBytes = 128 << 20
    /// Data that a process may take beyond what the engine reserves at its start (RLIMIT_DATA); it aborts at it.
    public var dataBytes = 512 << 20

    public init() {}
}
