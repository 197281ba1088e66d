import CallControl
import Logging
import NIOCore

/// Runs call scenarios: keeps the template process and starts each session in a copy of it.
///
/// `startSession` and everything of a session happen on one event loop; `start` and `shutdown` may be called from anywhere.
/// Without `start` no session runs; after `shutdown` running sessions have ended as terminated administratively.
public final class ScenarioRuntime: @unchecked Sendable {  // State is used on `eventLoop` only.
    public let eventLoop: any EventLoop
    let configuration: RuntimeConfiguration
    let clock: any SessionClock
    let httpClient: any ScenarioHTTPClient
    let mailClient: any ScenarioMailClient
    let socketClient: any ScenarioSocketClient
    let logger: Logger
    let logWriter: LogFileWriter
    let pool: WorkerPool
    private var identifiers: any RandomNumberGenerator & Sendable
    private var sessions: [SessionID: ScenarioSession] = [:]
    private var isAccepting = false
    var requestCounts = RequestCounts()

    /// - Parameters:
    ///   - clock: time of the sessions; nil means the event loop's.
    ///   - identifiers: randomness for the ids of outgoing calls; anything but the system's is for tests.
    public init(
        configuration: RuntimeConfiguration = RuntimeConfiguration(), eventLoop: any EventLoop,
        httpClient: any ScenarioHTTPClient, mailClient: any ScenarioMailClient = CurlMailClient(),
        socketClient: any ScenarioSocketClient = NIOScenarioSocketClient(), clock: (any SessionClock)? = nil,
        identifiers: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        logger: Logger = Logger(label: "scenario-runtime")
    ) {
        self.configuration = configuration
        self.eventLoop = eventLoop
        self.clock = clock ?? EventLoopClock(eventLoop: eventLoop)
        self.httpClient = httpClient
        self.mailClient = mailClient
        self.socketClient = socketClient
        self.identifiers = identifiers
        self.logger = logger
        logWriter = LogFileWriter(logger: logger)
        pool = WorkerPool(configuration: configuration, eventLoop: eventLoop, logger: logger)
    }

    /// Starts the template; completes when it is ready for sessions, fails when the worker program cannot run.
    public func start() -> EventLoopFuture<Void> {
        eventLoop.flatSubmit { [self] in
            isAccepting = true
            return pool.start()
        }
    }

    /// Ends all sessions and their processes; completes when the processes are gone and the logs are written.
    public func shutdown() -> EventLoopFuture<Void> {
        eventLoop.flatSubmit { [self] in
            isAccepting = false
            let ends = sessions.values.map { session in
                session.terminate(.administrative)
                session.abandon(detail: "the platform is shutting down")
                return session.logClosed.futureResult
            }
            return EventLoopFuture.andAllComplete(ends, on: eventLoop).flatMap { [self] in pool.shutdown() }
        }
    }

    /// Number of sessions that have not ended.
    public var sessionCount: Int {
        eventLoop.assertInEventLoop()
        return sessions.count
    }

    /// The session with an id, nil when it has ended.
    public func session(_ id: SessionID) -> ScenarioSession? {
        eventLoop.assertInEventLoop()
        return sessions[id]
    }

    /// Starts a session: its scenarios are evaluated, then `Application.Started` and, with an incoming leg, `CallAlerting` follow.
    ///
    /// Returns at once. `onEnd` comes exactly once, on the event loop, never before this method has returned; `onLogLine` sees
    /// each line of the session log without its stamp, when it is written.
    public func startSession(
        _ start: SessionStart, control: any CallControl, services: any SessionServices,
        onLogLine: ((String) -> Void)? = nil, onEnd: @escaping (SessionEnd) -> Void
    ) -> ScenarioSession {
        eventLoop.assertInEventLoop()
        let session = ScenarioSession(
            start: start, runtime: self, control: control, services: services, onLogLine: onLogLine, onEnd: onEnd)
        sessions[start.sessionID] = session
        let units = start.scenarios.reduce(0) { $0 + $1.text.utf16.count }
        if !isAccepting {
            session.refuse("the platform is shutting down")
        } else if units > configuration.session.scenarioCharacters {
            session.refuse(
                "the scenarios have \(units) characters, \(configuration.session.scenarioCharacters) are allowed")
        } else {
            session.open()
        }
        return session
    }

    func sessionEnded(_ session: ScenarioSession) {
        if sessions[session.id] === session { sessions[session.id] = nil }
    }

    /// 43 characters of URL-safe base64: 32 random bytes.
    func makeCallID() -> CallID {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        for _ in 0..<4 {
            withUnsafeBytes(of: identifiers.next() as UInt64) { bytes.append(contentsOf: $0) }
        }
        return CallID(rawValue: Base64.encodeURLSafe(bytes))
    }
}
