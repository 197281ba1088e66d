import Logging
import NIOCore
import NIOPosix
import WorkerProtocol

#if canImport(Glibc)
    import Glibc
#endif

/// The process of one session, from before it exists to its end.
final class ScriptWorker: FrameReceiver {
    let subject: UInt64
    let program: SessionProgram
    /// When the template was asked for the process; nil while no template can be.
    private(set) var asked: NIODeadline?
    private(set) var isGone = false

    private weak var client: (any WorkerClient)?
    private let pool: WorkerPool
    private var template: ScriptTemplate?
    private var frames: FrameChannel?
    private var process: Running?
    private var question: Question?
    /// Events for rehearsals, nil when they are not kept.
    private var recording: ProgramTable.Recording?
    private var attempts = 0
    /// The socket was closed before the process was there.
    private(set) var hasLostStart = false

    private struct Running {
        let statistics: ProcessStatistics
        /// Memory of the copy when nothing had run in it.
        let baseBytes: Int
    }

    /// What the process has not answered.
    private struct Question {
        let since: NIODeadline
        var used = 0
        var lastCPU: Int?
    }

    init(subject: UInt64, program: SessionProgram, client: any WorkerClient, pool: WorkerPool) {
        self.subject = subject
        self.program = program
        self.client = client
        self.pool = pool
    }

    /// The process waits for its program or for an event, or has not begun.
    var hasQuestion: Bool { question != nil || !isRunning }
    var isRunning: Bool { process != nil }
    /// Nil while the process has not said that it is there.
    var pid: pid_t? { process?.statistics.pid }
    /// True when the session's program was rehearsed before.
    private(set) var isRehearsed = false

    /// Has a template make the process, and gives it the program.
    func start(in template: ScriptTemplate, _ opening: ProgramTable.Opening) {
        attempts += 1
        guard attempts <= 3 else { return lose(.unavailable("its process could not be made three times")) }
        let pair: SocketPair
        do throws(WorkerSpawnError) {
            pair = try SocketPair(packets: false)
        } catch {
            return lose(.unavailable(error.description))
        }
        self.template = template
        let frames = FrameChannel(socket: pair.ours, receiver: self, eventLoop: pool.eventLoop)
        self.frames = frames
        asked = .now()
        template.fork(subject, program.allowance, socket: pair.theirs)
        switch opening {
        case .whole(let isRecorded):
            recording = isRecorded ? ProgramTable.Recording() : nil
            let preface = program.preface.isEmpty ? [] : PieceList.encode([program.preface])
            let payload = ProgramTable.payload(of: program.scenarios) + preface
            frames.write(Frame(kind: .open, subject: subject, payload: payload))
        case .held(let number):
            isRehearsed = true
            let payload = withUnsafeBytes(of: number.bigEndian) { Array($0) } + program.preface
            frames.write(Frame(kind: .openHeld, subject: subject, payload: payload))
        }
        question = Question(since: .now())
        pool.watch()
    }

    /// Forgets a process that was asked for and has not said that it is there.
    func giveUpStart() {
        frames?.close()
        (frames, template, asked, question, hasLostStart) = (nil, nil, nil, nil, false)
    }

    func isOf(_ template: ScriptTemplate) -> Bool { self.template === template }

    func send(_ payload: [UInt8]) {
        guard !isGone else { return }
        guard payload.count <= Frame.maximumPayload else { return lose(.died) }
        recording?.add(payload)
        question = Question(since: .now())
        frames?.write(Frame(kind: .event, subject: subject, payload: payload))
        pool.watch()
    }

    /// The session is over.
    func close(isOrderly: Bool) {
        guard !isGone else { return }
        let recording = isOrderly ? recording : nil
        // A process that is busy may not be listening.
        if question != nil { kill() }
        end()
        if let recording { pool.recorded(recording, of: program.scenarios) }
    }

    /// Kills the process: by the template, whose child it is, else directly.
    private func kill() {
        if let template, !template.isGone {
            template.kill(subject)
        } else if let process {
            Glibc.kill(process.statistics.pid, SIGKILL)
        }
    }

    private func end() {
        isGone = true
        frames?.close()
        frames = nil
        pool.ended(self)
    }

    /// Ends the session because of its process.
    func lose(_ loss: WorkerLoss) {
        guard !isGone else { return }
        if isRunning { kill() }
        end()
        client?.workerLost(loss)
    }
}

extension ScriptWorker {
    func received(_ frame: Frame) {
        switch frame.kind {
        case .ready:
            guard process == nil, let pid = pid_t(exactly: frame.subject), pid > 0 else {
                return broken("a second start")
            }
            let base = frame.payload.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            process = Running(statistics: ProcessStatistics(pid: pid), baseBytes: Int(clamping: base))
            question = Question(since: .now())
        case .batch:
            guard question != nil else { return broken("an answer without question") }
            question = nil
            client?.workerAnswered(frame.payload)
        case .killed:
            let reason = frame.payload.first.flatMap(KillReason.init) ?? .broken
            let client = client
            end()
            client?.workerKilled(reason, batch: Array(frame.payload.dropFirst()))
        default: broken("a frame in the wrong direction")
        }
    }

    func broken(_ reason: String) {
        pool.logger.error("script worker is stopped", metadata: ["reason": "\(reason)", "session": "\(subject)"])
        lose(.died)
    }

    func closed() {
        // Most often its template has ended too, and tells so in a moment.
        if isRunning { lose(.died) } else { hasLostStart = true }
    }

    /// Looks whether the process hangs or has grown. Sessions judge themselves; this is for those that cannot any more.
    func judge(now: NIODeadline, limits: WorkerLimits) {
        guard let process, var question else { return }
        let added = (process.statistics.anonymousBytes ?? 0) - process.baseBytes
        if added > limits.processBytes { return stop(.tooLarge(megabytes: added >> 20), "\(added >> 20) MB resident") }
        // A machine that is short of processor time must not look like a script that spins: what counts is time it got.
        let cpu = process.statistics.cpuMilliseconds ?? 0
        question.used += cpu - (question.lastCPU ?? cpu)
        question.lastCPU = cpu
        self.question = question
        let age = Int((now - question.since).nanoseconds / 1_000_000)
        let allowed = Int(program.allowance.callbackMilliseconds) + limits.marginMilliseconds
        let spins = age >= allowed && question.used >= allowed
        if spins || age >= max(limits.stallMilliseconds, allowed) {
            stop(.tooSlow(milliseconds: Int(program.allowance.callbackMilliseconds)), "no answer for \(age) ms")
        }
    }

    private func stop(_ loss: WorkerLoss, _ reason: String) {
        pool.logger.error("script worker is stopped", metadata: ["reason": "\(reason)", "session": "\(subject)"])
        lose(loss)
    }
}
