import CallControl
import NIOCore
import WorkerProtocol

/// One running scenario session.
///
/// Events go in one after the other, each when the script has finished with the one before; all methods must be called on
/// the runtime's event loop. Events that come after the end are dropped.
public final class ScenarioSession: @unchecked Sendable {  // State is used on the runtime's event loop only.
    public let id: SessionID
    public let start: SessionStart
    /// What `VoxEngine.customData()` holds now.
    public internal(set) var customData: String

    let runtime: ScenarioRuntime
    let control: any CallControl
    let services: any SessionServices
    let log: SessionLog
    let logClosed: EventLoopPromise<Void>
    private var onEnd: ((SessionEnd) -> Void)?

    /// Legal ways: opening → running → closing → terminating → terminated → ended; every phase → ended when the worker is lost.
    enum Phase: Int, Comparable {
        /// The scenarios are being evaluated.
        case opening
        case running
        /// Nothing starts any more; requests that run may finish.
        case closing
        /// The script has `Application.Terminating` and may make one request.
        case terminating
        /// The script has `Application.Terminated`.
        case terminated
        case ended

        static func < (left: Phase, right: Phase) -> Bool { left.rawValue < right.rawValue }
    }
    var phase = Phase.opening
    var finish = SessionEnd(reason: .normalTermination, isOrderly: true)

    var worker: ScriptWorker?
    /// What the worker has not answered yet; nil when it is this session's turn.
    var outstanding: SessionMessage?
    var waiting: [SessionMessage] = []

    var calls: CallBook
    var units: UnitBook
    var sockets: [UnitID: any ScenarioSocket] = [:]
    /// The sound of each WebSocket.
    var streams: [UnitID: SocketStreams] = [:]
    var requests: RequestQueue<HTTPCallRequest>
    var mails: RequestQueue<MailRequest>
    var hasMadeLastRequest = false
    var storageInFlight = 0
    private var toldLimits: Set<LimitReached.Limit> = []
    var timers: [Int: any ScheduledAction] = [:]
    var idleTimer: (any ScheduledAction)?
    var answerTimers: [CallID: any ScheduledAction] = [:]
    var replies: [Int: EventLoopPromise<ControlReply>] = [:]
    var lastReply = 0
    var hidesTones = false
    /// Tells whether the script listens to the end; known from its `close` command.
    var wantsEnding = true
    var idleWaiters: [EventLoopPromise<Void>] = []

    init(
        start: SessionStart, runtime: ScenarioRuntime, control: any CallControl, services: any SessionServices,
        onLogLine: ((String) -> Void)? = nil, onEnd: @escaping (SessionEnd) -> Void
    ) {
        id = start.sessionID
        self.start = start
        self.runtime = runtime
        self.control = control
        self.services = services
        self.onEnd = onEnd
        customData = start.customData ?? ""
        let limits = runtime.configuration.session
        calls = CallBook(limits: limits, incoming: start.incoming?.id)
        units = UnitBook(limits: limits)
        requests = RequestQueue(running: limits.runningRequests, outstanding: limits.outstandingRequests)
        mails = RequestQueue(running: limits.runningMails, outstanding: limits.outstandingMails)
        logClosed = runtime.eventLoop.makePromise()
        let output = start.logFile.map {
            SessionLog.Output(file: LogFile(path: $0), writer: runtime.logWriter, eventLoop: runtime.eventLoop)
        }
        log = SessionLog(
            clock: runtime.clock, output: output, characterLimit: limits.logCharacters, byteLimit: limits.logBytes,
            signallingLimit: limits.signallingBytes, observer: onLogLine)
    }

    var limits: SessionLimits { runtime.configuration.session }

    /// True when the session has ended and takes nothing more.
    public var isEnded: Bool { phase == .ended }

    /// Gives an event of a leg to the script.
    public func deliver(_ event: CallEvent) {
        runtime.eventLoop.assertInEventLoop()
        guard phase < .closing else { return }
        if case .unit(let id, let event) = event { return deliver(event, of: id) }
        guard calls.apply(event) else { return }
        watchCalls(event)
        if !calls.isAlive(event.callID) { endStreams(of: UnitID(event.callID)) }
        post(.event(ScriptEvent(event)))
    }

    /// Notes a message that was exchanged for a leg in the session's log.
    public func note(_ message: SignallingMessage) {
        runtime.eventLoop.assertInEventLoop()
        guard phase != .ended else { return }
        log.signalling(message)
    }

    /// Adds a leg to the running session: another participant of its conference, for example.
    ///
    /// False when the session is ending or has had too many legs; the caller then refuses the leg.
    public func join(_ incoming: IncomingCall) -> Bool {
        runtime.eventLoop.assertInEventLoop()
        guard phase < .closing, calls.addIncoming(incoming.id) else { return false }
        post(.event(.callAlerting(incoming)))
        watchAnswer(of: incoming.id)
        watchIdleness()
        return true
    }

    /// Gives a request to the control URL to the script; the reply is what its handler returns.
    public func deliverHTTPRequest(_ request: ControlRequest) -> EventLoopFuture<ControlReply> {
        runtime.eventLoop.assertInEventLoop()
        guard phase < .closing else { return runtime.eventLoop.makeSucceededFuture(.sessionGone) }
        guard replies.count < 100 else { return runtime.eventLoop.makeSucceededFuture(.timedOut) }
        lastReply += 1
        let number = lastReply
        let promise = runtime.eventLoop.makePromise(of: ControlReply.self)
        replies[number] = promise
        let expiry = runtime.clock.schedule(afterMilliseconds: 10_000) { [weak self] in
            self?.reply(number, .timedOut)
        }
        promise.futureResult.assumeIsolated().whenComplete { _ in expiry.cancel() }
        post(.request(number, ScriptEvent.httpRequest(request)))
        return promise.futureResult
    }

    /// Gives a request to the control URL to the script; see ``deliverHTTPRequest(_:)``.
    public func deliverHTTPRequest(
        method: String, path: String, content: String, headers: [(name: String, value: String)] = []
    ) -> EventLoopFuture<ControlReply> {
        deliverHTTPRequest(ControlRequest(method: method, path: path, content: content, headers: headers))
    }

    /// Ends the session in good order: the script gets `Terminating` and `Terminated`, the legs end.
    public func terminate(_ reason: SessionFinishReason) {
        runtime.eventLoop.assertInEventLoop()
        guard phase < .closing else { return }
        finish = SessionEnd(reason: reason, isOrderly: true)
        beginClosing()
    }

    /// Tells the script, once for each limit, that its account has reached one.
    func tell(_ limit: LimitReached) {
        guard phase < .closing, toldLimits.insert(limit.limit).inserted else { return }
        post(.event(.limitReached(limit)))
    }

    func reply(_ number: Int, _ reply: ControlReply) {
        replies.removeValue(forKey: number)?.succeed(reply)
    }

    /// Tells the owner of the session, once, how it ended.
    func announceEnd() {
        guard let onEnd else { return }
        self.onEnd = nil
        // Not before `startSession` has returned, even when the session never began.
        runtime.eventLoop.assumeIsolated().execute { [finish] in onEnd(finish) }
    }
}
