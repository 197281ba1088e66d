import CallControl
import Logging
import NIOCore
import WorkerProtocol

#if canImport(Glibc)
    import Glibc
#endif

/// The workers: a small shared pool for the operator's scenarios, one worker for each account with its own, and spares.
final class WorkerPool {
    private let configuration: RuntimeConfiguration
    private let eventLoop: any EventLoop
    private let logger: Logger
    private let prelude = Prelude.source
    private var shared: [ScriptWorker] = []
    private var accounts: [AccountID: ScriptWorker] = [:]
    private var spareShared: [ScriptWorker] = []
    private var spareAccount: [ScriptWorker] = []
    /// Workers that finish their sessions and then end, and those that are ending.
    private var leaving: [ScriptWorker] = []
    private var isOpen = false
    private var failures = 0

    init(configuration: RuntimeConfiguration, eventLoop: any EventLoop, logger: Logger) {
        self.configuration = configuration
        self.eventLoop = eventLoop
        self.logger = logger
    }

    /// Process ids of the shared workers, then of the spare one.
    var sharedProcesses: [pid_t] { (shared + spareShared).map(\.process.pid) }

    func start() -> EventLoopFuture<Void> {
        isOpen = true
        fill()
        return EventLoopFuture.andAllSucceed(
            (shared + spareShared + spareAccount).map(\.ready.futureResult), on: eventLoop)
    }

    func shutdown() -> EventLoopFuture<Void> {
        isOpen = false
        let all = shared + Array(accounts.values) + spareShared + spareAccount + leaving
        for worker in all { worker.kill() }
        return EventLoopFuture.andAllComplete(all.map(\.exited.futureResult), on: eventLoop)
    }

    /// The worker for a new session.
    func worker(for trust: ScenarioTrust) -> ScriptWorker {
        switch trust {
        case .operatorPublished: sharedWorker()
        case .account(let account): accountWorker(account)
        }
    }

    private func sharedWorker() -> ScriptWorker {
        let candidates = shared.filter { !$0.isStuck }
        if candidates.isEmpty, let spare = takeSpare(&spareShared) { shared.append(spare) }
        let choice = (candidates.isEmpty ? shared : candidates).min { $0.sessionCount < $1.sessionCount }
        guard let worker = choice else { return makeWorker(isShared: true) }
        if worker.sessionsServed + 1 >= configuration.sessionsPerWorker { retire(worker) }
        return worker
    }

    private func accountWorker(_ account: AccountID) -> ScriptWorker {
        if let worker = accounts[account], !worker.isGone { return worker }
        let worker = takeSpare(&spareAccount) ?? makeWorker(isShared: false)
        accounts[account] = worker
        scheduleIdleCheck(account)
        fillSoon()
        return worker
    }

    /// Ends an account's worker that has nothing to do.
    private func scheduleIdleCheck(_ account: AccountID) {
        eventLoop.assumeIsolated().scheduleTask(in: .seconds(60)) { [weak self] in
            guard let self, let worker = self.accounts[account] else { return }
            if worker.sessionCount == 0 { worker.kill() } else { self.scheduleIdleCheck(account) }
        }
    }

    private func retire(_ worker: ScriptWorker) {
        worker.isRetiring = true
        shared.removeAll { $0 === worker }
        leaving.append(worker)
        fillSoon()
    }

    private func takeSpare(_ spares: inout [ScriptWorker]) -> ScriptWorker? {
        spares.isEmpty ? nil : spares.removeFirst()
    }

    private func fillSoon() {
        eventLoop.assumeIsolated().execute { [weak self] in self?.fill() }
    }

    private func fill() {
        guard isOpen else { return }
        while shared.count < configuration.sharedWorkers {
            shared.append(takeSpare(&spareShared) ?? makeWorker(isShared: true))
        }
        while spareShared.isEmpty { spareShared.append(makeWorker(isShared: true)) }
        while spareAccount.count < configuration.accountStandbyWorkers {
            spareAccount.append(makeWorker(isShared: false))
        }
    }
}

extension WorkerPool {
    /// Starts a process. Without one the worker is there and gone: its sessions hear so and end.
    private func makeWorker(isShared: Bool) -> ScriptWorker {
        let process: WorkerProcess
        do throws(WorkerSpawnError) {
            process = try WorkerProcess.spawn(executable: executable, arguments: arguments(isShared: isShared))
        } catch {
            logger.error("no script worker", metadata: ["error": "\(error)"])
            process = WorkerProcess(pid: 0, socket: -1)
        }
        let worker = ScriptWorker(
            process: process, isShared: isShared, prelude: prelude, limits: configuration.worker, eventLoop: eventLoop,
            logger: logger, onGone: { [weak self] in self?.lost($0) })
        if process.socket >= 0 {
            worker.connect()
            worker.preload(isShared ? configuration.knownScenarios : [])
        } else {
            eventLoop.assumeIsolated().execute { worker.stopped() }
        }
        return worker
    }

    private func lost(_ worker: ScriptWorker) {
        shared.removeAll { $0 === worker }
        spareShared.removeAll { $0 === worker }
        spareAccount.removeAll { $0 === worker }
        accounts = accounts.filter { $0.value !== worker }
        leaving.append(worker)
        worker.exited.futureResult.assumeIsolated().whenComplete { [weak self, weak worker] _ in
            self?.leaving.removeAll { $0 === worker }
        }
        guard isOpen else { return }
        failures = worker.isReady ? 0 : failures + 1
        if failures == 0 { return fill() }
        // A program that does not even start is not started in a loop.
        let delay = TimeAmount.milliseconds(Int64(min(10_000, 250 << min(failures, 6))))
        eventLoop.assumeIsolated().scheduleTask(in: delay) { [weak self] in self?.fill() }
    }

    private var executable: String { configuration.workerExecutable ?? Self.besideProgram("script-worker") }

    private func arguments(isShared: Bool) -> [String] {
        let limits = configuration.worker
        return [
            "--callback-ms", String(limits.callbackMilliseconds), "--session-bytes", String(limits.sessionBytes),
            "--data-bytes", String(limits.dataBytes), "--jit", isShared && limits.usesJIT ? "1" : "0",
        ]
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
