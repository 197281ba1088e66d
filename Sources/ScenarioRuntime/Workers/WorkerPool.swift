import CallControl
import Logging
import NIOCore
import WorkerProtocol

#if canImport(Glibc)
    import Glibc
#endif

/// The script processes: one template, and a copy of it for each session.
final class WorkerPool {
    let eventLoop: any EventLoop
    let logger: Logger
    private let configuration: RuntimeConfiguration
    private var template: ScriptTemplate?
    /// Templates that have been told to end or have ended and are not reaped.
    private var leaving: [ScriptTemplate] = []
    private var workers: [UInt64: ScriptWorker] = [:]
    /// Sessions for which there is no template yet.
    private var waiting: [ScriptWorker] = []
    private var programs = ProgramTable()
    private var rehearsalSince: NIODeadline?
    private var isOpen = false
    private var isWatching = false
    private var failures = 0
    private static let lookEvery = TimeAmount.milliseconds(250)

    init(configuration: RuntimeConfiguration, eventLoop: any EventLoop, logger: Logger) {
        self.configuration = configuration
        self.eventLoop = eventLoop
        self.logger = logger
    }

    /// Process id of the template.
    var templateProcess: pid_t? { template?.process.pid }

    /// True while the template prepares a program.
    var isRehearsing: Bool { programs.isRehearsing }

    /// Completes when the template is ready, fails when it cannot run.
    func start() -> EventLoopFuture<Void> {
        isOpen = true
        return makeTemplate()
    }

    func shutdown() -> EventLoopFuture<Void> {
        isOpen = false
        template?.end()
        return EventLoopFuture.andAllComplete(leaving.map(\.exited.futureResult), on: eventLoop)
    }

    /// Begins a session in a process of its own. The client hears of the process later, even when there can be none.
    func open(_ program: SessionProgram, subject: UInt64, client: any WorkerClient) -> ScriptWorker {
        let worker = ScriptWorker(subject: subject, program: program, client: client, pool: self)
        workers[subject] = worker
        place(worker)
        return worker
    }

    private func place(_ worker: ScriptWorker) {
        if let template, template.isReady {
            begin(worker, in: template)
        } else if template != nil || failures == 0 {
            waiting.append(worker)
        } else {
            eventLoop.assumeIsolated().execute { worker.lose(.unavailable(Self.noProgram)) }
        }
    }

    /// Only what the operator wrote runs in the template; an account's text never gets there.
    private func begin(_ worker: ScriptWorker, in template: ScriptTemplate) {
        guard worker.program.trust == .operatorPublished else {
            return worker.start(in: template, .whole(isRecorded: false))
        }
        let (opening, frames) = programs.open(worker.program.scenarios)
        worker.start(in: template, opening)
        for frame in frames { template.send(frame) }
        if programs.isRehearsing, rehearsalSince == nil {
            rehearsalSince = .now()
            watch()
        }
    }

    func recorded(_ recording: ProgramTable.Recording, of program: [ScenarioSource]) {
        programs.recorded(recording, of: program)
    }

    func ended(_ worker: ScriptWorker) {
        if workers[worker.subject] === worker { workers[worker.subject] = nil }
        waiting.removeAll { $0 === worker }
    }

    private static let noProgram = "the worker program ended at once; run it by hand to see why"

    // MARK: Watching

    /// Looks four times a second at whatever owes an answer, for as long as something does.
    func watch() {
        guard !isWatching else { return }
        isWatching = true
        eventLoop.assumeIsolated().scheduleTask(in: Self.lookEvery) { [weak self] in
            guard let self else { return }
            self.isWatching = false
            self.look(now: .now())
            if self.rehearsalSince != nil || self.workers.values.contains(where: \.hasQuestion) { self.watch() }
        }
    }

    private func look(now: NIODeadline) {
        let stall = TimeAmount.milliseconds(Int64(configuration.worker.stallMilliseconds))
        for worker in Array(workers.values) {
            if worker.isRunning {
                worker.judge(now: now, limits: configuration.worker)
            } else if worker.hasLostStart {
                worker.giveUpStart()
                place(worker)
            } else if let asked = worker.asked, now - asked > stall {
                template?.broken("no process for a session")
            }
        }
        if let since = rehearsalSince, now - since > stall { template?.broken("a rehearsal does not end") }
    }
}

extension WorkerPool: TemplateOwner {
    @discardableResult private func makeTemplate() -> EventLoopFuture<Void> {
        guard isOpen, template == nil else { return eventLoop.makeSucceededVoidFuture() }
        let process: TemplateProcess
        do throws(WorkerSpawnError) {
            process = try TemplateProcess.spawn(executable: executable, arguments: arguments)
        } catch {
            logger.error("no script worker", metadata: ["error": "\(error)"])
            startFailed()
            return eventLoop.makeFailedFuture(error)
        }
        let template = ScriptTemplate(process: process, eventLoop: eventLoop, logger: logger)
        template.owner = self
        self.template = template
        template.send(Frame(kind: .load, subject: 0, payload: ProgramTable.payload(of: [Prelude.source])))
        return template.ready.futureResult
    }

    func templateIsReady(_ template: ScriptTemplate) {
        failures = 0
        let ready = waiting
        waiting.removeAll()
        for worker in ready { begin(worker, in: template) }
    }

    func templateRehearsed(_ program: UInt64) {
        programs.rehearsed(program)
        rehearsalSince = programs.isRehearsing ? .now() : nil
        // Code of programs that are not used any more stays: a template that has grown is replaced. Its sessions go on.
        guard !programs.isRehearsing, let template,
            let bytes = ProcessStatistics(pid: template.process.pid).anonymousBytes,
            bytes > configuration.worker.templateBytes
        else { return }
        template.closed()
    }

    func templateRefused(_ subject: UInt64, reason: String) {
        workers[subject]?.lose(.unavailable(reason))
    }

    /// Sessions that have their process go on; those that wait for it start in the next template.
    func templateIsGone(_ template: ScriptTemplate) {
        guard self.template === template else { return }
        self.template = nil
        rehearsalSince = nil
        leaving.append(template)
        template.exited.futureResult.assumeIsolated().whenComplete { [weak self, weak template] _ in
            self?.leaving.removeAll { $0 === template }
        }
        if let guilty = programs.templateEnded() {
            let names = guilty.map(\.name).joined(separator: ", ")
            logger.error("a scenario's rehearsal ended the template", metadata: ["scenario": "\(names)"])
        }
        for worker in workers.values where worker.isOf(template) && !worker.isRunning {
            worker.giveUpStart()
            waiting.append(worker)
        }
        guard isOpen else { return }
        if template.isReady { makeTemplate() } else { startFailed() }
    }

    /// A program that does not even start is not started in a loop, and nobody waits for it.
    private func startFailed() {
        failures += 1
        for worker in waiting { worker.lose(.unavailable(Self.noProgram)) }
        let delay = TimeAmount.milliseconds(Int64(min(10_000, 250 << min(failures, 6))))
        eventLoop.assumeIsolated().scheduleTask(in: delay) { [weak self] in
            self?.makeTemplate()
        }
    }

    private var executable: String { configuration.workerExecutable ?? Self.besideProgram("script-worker") }

    private var arguments: [String] {
        let limits = configuration.worker
        return ["--callback-ms", String(limits.callbackMilliseconds), "--data-bytes", String(limits.dataBytes)]
    }

    /// The path of a program in the directory of the running one.
    private static func besideProgram(_ name: String) -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let path = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let directory = path.lastIndex(of: "/").map { path[...$0] } ?? "./"
        return directory + name
    }
}
