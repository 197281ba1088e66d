import Logging
import NIOCore
import NIOPosix
import WorkerProtocol

/// One worker process and its sessions.
///
/// The worker answers in the order of the questions, so the first unanswered one is what it works on: that session is the
/// guilty one when the worker hangs or dies.
final class ScriptWorker {
    let isShared: Bool
    private(set) var sessionsServed = 0
    /// True once the process has been told to stop or has stopped.
    private(set) var isGone = false
    var isRetiring = false

    private let eventLoop: any EventLoop
    private let limits: WorkerLimits
    private let logger: Logger
    let process: WorkerProcess
    private let prelude: ScenarioSource
    private let onGone: (ScriptWorker) -> Void
    private var channel: (any Channel)?
    private var unsent: [ByteBuffer] = []
    private var clients: [UInt64: any WorkerClient] = [:]
    private var scripts = ScriptTable()
    private var questions = QuestionQueue()
    private var verdict: Verdict?
    private var isWatching = false
    private var lastCPU = (question: UInt64.max, milliseconds: 0, seen: 0)
    let ready: EventLoopPromise<Void>
    let exited: EventLoopPromise<Void>
    private(set) var isReady = false

    private enum Verdict { case tooSlow(Int), tooLarge(Int) }

    init(
        process: WorkerProcess, isShared: Bool, prelude: ScenarioSource, limits: WorkerLimits,
        eventLoop: any EventLoop, logger: Logger, onGone: @escaping (ScriptWorker) -> Void
    ) {
        self.process = process
        self.isShared = isShared
        self.prelude = prelude
        self.limits = limits
        self.eventLoop = eventLoop
        self.onGone = onGone
        var logger = logger
        logger[metadataKey: "worker.pid"] = "\(process.pid)"
        self.logger = logger
        ready = eventLoop.makePromise()
        exited = eventLoop.makePromise()
    }

    var sessionCount: Int { clients.count }
    /// True while an answer is overdue, when new sessions had better go elsewhere.
    var isStuck: Bool { questions.headAge(now: .now()) > .milliseconds(100) }

    /// Connects to the process; frames that are sent before wait.
    func connect() {
        let handler = WorkerHandler(worker: self)
        ClientBootstrap(group: eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .withConnectedSocket(process.socket)
            .assumeIsolated().whenComplete { [self] result in
                switch result {
                case .success(let channel):
                    self.channel = channel
                    for buffer in unsent { channel.write(buffer, promise: nil) }
                    unsent.removeAll()
                    channel.flush()
                case .failure: stopped()
                }
            }
    }

    /// Loads scenarios before a session needs them.
    func preload(_ scenarios: [ScenarioSource]) {
        for scenario in [prelude] + scenarios { _ = number(of: scenario) }
    }

    func open(_ client: any WorkerClient, subject: UInt64, scenarios: [ScenarioSource]) {
        sessionsServed += 1
        clients[subject] = client
        var numbers: [UInt8] = []
        for scenario in [prelude] + scenarios {
            withUnsafeBytes(of: number(of: scenario).bigEndian) { numbers.append(contentsOf: $0) }
        }
        ask(Frame(kind: .open, subject: subject, payload: numbers))
    }

    func send(_ payload: [UInt8], subject: UInt64) {
        guard payload.count <= Frame.maximumPayload else {
            clients[subject]?.workerLost(.died)
            return
        }
        ask(Frame(kind: .event, subject: subject, payload: payload))
    }

    func close(_ subject: UInt64) {
        guard clients.removeValue(forKey: subject) != nil else { return }
        write(Frame(kind: .close, subject: subject))
        if isRetiring, clients.isEmpty { kill() }
    }

    /// Ends the process.
    func kill() {
        process.kill()
        stopped()
    }

    private func number(of scenario: ScenarioSource) -> UInt32 {
        let entry = scripts.entry(of: scenario)
        for forgotten in entry.forgotten { write(Frame(kind: .forgetScript, subject: UInt64(forgotten))) }
        if entry.isNew {
            let payload = Array(scenario.name.utf8.filter { $0 != 0 }) + [0] + Array(scenario.text.utf8)
            write(Frame(kind: .script, subject: UInt64(entry.number), payload: payload))
        }
        return entry.number
    }

    private func ask(_ frame: Frame) {
        guard !isGone else { return }
        questions.add(frame.subject, isOpening: frame.kind == .open, now: .now())
        write(frame)
        watch()
    }

    private func write(_ frame: Frame) {
        guard !isGone else { return }
        var buffer = ByteBufferAllocator().buffer(capacity: Frame.headerSize + frame.payload.count)
        buffer.writeBytes(Frame.header(kind: frame.kind, subject: frame.subject, payloadSize: frame.payload.count))
        buffer.writeBytes(frame.payload)
        if let channel { channel.writeAndFlush(buffer, promise: nil) } else { unsent.append(buffer) }
    }
}

extension ScriptWorker {
    /// A frame of the worker.
    func received(_ frame: Frame) {
        switch frame.kind {
        case .ready:
            isReady = true
            questions.restartHead(now: .now())
            ready.succeed()
        case .batch:
            guard questions.answer(frame.subject, now: .now()) else { return broken("an answer without question") }
            clients[frame.subject]?.workerAnswered(frame.payload)
        case .killed:
            guard questions.answer(frame.subject, now: .now()) else { return broken("an answer without question") }
            let client = clients.removeValue(forKey: frame.subject)
            let reason = frame.payload.first.flatMap(KillReason.init) ?? .broken
            client?.workerKilled(reason, batch: Array(frame.payload.dropFirst()))
            if isRetiring, clients.isEmpty { kill() }
        case .script, .forgetScript, .open, .event, .close: broken("a frame in the wrong direction")
        }
    }

    func broken(_ reason: String) {
        logger.error("script worker is stopped", metadata: ["reason": "\(reason)"])
        kill()
    }

    /// The connection or the process has ended.
    func stopped() {
        guard !isGone else { return }
        isGone = true
        process.kill()
        channel?.close(promise: nil)
        channel = nil
        ready.fail(WorkerExitError())
        let process = process
        NIOSingletons.posixBlockingThreadPool.runIfActive(eventLoop: eventLoop) { process.reap() }
            .cascade(to: exited)
        onGone(self)
        let guilty = questions.head?.subject
        let lost = clients
        clients.removeAll()
        for (subject, client) in lost {
            client.workerLost(
                subject == guilty ? guiltyLoss : questions.isOpening(subject) ? .beforeStart : .otherSession)
        }
    }

    private var guiltyLoss: WorkerLoss {
        switch verdict {
        case .tooSlow(let milliseconds): .tooSlow(milliseconds: milliseconds)
        case .tooLarge(let megabytes): .tooLarge(megabytes: megabytes)
        case nil: isReady ? .died : .unavailable("the worker program ended at once; run it by hand to see why")
        }
    }

    /// Looks four times a second whether the worker hangs or grows, for as long as it has something to do.
    private func watch() {
        guard !isWatching else { return }
        isWatching = true
        eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(250)) { [weak self] in
            guard let self, !self.isGone else { return }
            self.isWatching = false
            self.judge()
            if !self.isGone, self.questions.head != nil { self.watch() }
        }
    }

    private func judge() {
        let resident = process.residentBytes ?? 0
        if resident > limits.workerBytes {
            verdict = .tooLarge(resident >> 20)
            return broken("\(resident >> 20) MB resident")
        }
        guard isReady, let head = questions.head else { return }
        // A machine that is short of processor time must not look like a script that spins: what counts is time it got.
        let cpu = process.cpuMilliseconds ?? 0
        let used = head.number == lastCPU.question ? lastCPU.seen + cpu - lastCPU.milliseconds : 0
        lastCPU = (head.number, cpu, used)
        let age = Int((NIODeadline.now() - head.since).nanoseconds / 1_000_000)
        let allowed = limits.callbackMilliseconds + limits.marginMilliseconds
        let spins = age >= allowed && used >= limits.callbackMilliseconds + limits.marginMilliseconds / 3
        if spins || age >= max(limits.stallMilliseconds, allowed) {
            verdict = .tooSlow(limits.callbackMilliseconds)
            broken("no answer for \(age) ms")
        }
    }
}

/// The worker's process ended.
struct WorkerExitError: Error, CustomStringConvertible {
    var description: String {
        "the script worker ended before it was ready; run the script-worker program by hand to see why"
    }
}
