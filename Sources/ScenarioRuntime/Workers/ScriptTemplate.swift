import CScriptProcess
import Logging
import NIOCore
import NIOPosix
import WorkerProtocol

#if canImport(Glibc)
    import Glibc
#endif

/// The template process: it is copied for each session.
final class ScriptTemplate: FrameReceiver {
    let process: TemplateProcess
    /// Fails when the process ends before it is ready.
    let ready: EventLoopPromise<Void>
    let exited: EventLoopPromise<Void>
    private(set) var isReady = false
    private(set) var isGone = false
    /// Told of what the template says about sessions and programs, and of its end.
    weak var owner: (any TemplateOwner)?

    private let eventLoop: any EventLoop
    private let logger: Logger
    private var frames: FrameChannel?
    /// What waits because the system could not take a session's socket yet; in order, because sessions name what was sent before.
    private var unsent = CircularBuffer<Item>()
    private var isRetrying = false

    private enum Item {
        case frame(Frame)
        case session(UInt64, SessionAllowance, socket: Int32)
    }

    init(process: TemplateProcess, eventLoop: any EventLoop, logger: Logger) {
        self.process = process
        self.eventLoop = eventLoop
        var logger = logger
        logger[metadataKey: "worker.pid"] = "\(process.pid)"
        self.logger = logger
        ready = eventLoop.makePromise()
        exited = eventLoop.makePromise()
        frames = FrameChannel(socket: process.frames, receiver: self, eventLoop: eventLoop)
    }

    func send(_ frame: Frame) { send(.frame(frame)) }

    /// Makes a process for a session that has the other end of the socket, which this closes.
    func fork(_ subject: UInt64, _ allowance: SessionAllowance, socket: Int32) {
        send(.session(subject, allowance, socket: socket))
    }

    /// Kills a session's process for certain.
    func kill(_ subject: UInt64) { send(Frame(kind: .kill, subject: subject)) }

    private func send(_ item: Item) {
        unsent.append(item)
        if !isRetrying { sendAll() }
    }

    /// An item is taken out before it is sent: a write may find that the process has ended, and then `end` closes the rest.
    private func sendAll() {
        while let next = unsent.popFirst() {
            switch next {
            case .frame(let frame): frames?.write(frame)
            case .session(let subject, let allowance, let socket): handOver(socket, of: subject, allowance)
            }
            if isRetrying { return }
        }
    }

    /// The socket goes before the frame, so that the template finds it when it is asked for the process.
    private func handOver(_ socket: Int32, of subject: UInt64, _ allowance: SessionAllowance) {
        guard !isGone else {
            close(socket)
            return
        }
        var packet = subject.bigEndian
        switch script_send_descriptor(process.descriptors, &packet, MemoryLayout.size(ofValue: packet), socket) {
        case 0:
            close(socket)
            frames?.write(Frame(kind: .fork, subject: subject, payload: allowance.payload))
        case EAGAIN, ENOBUFS, ENOMEM, ETOOMANYREFS:
            unsent.prepend(.session(subject, allowance, socket: socket))
            retry()
        case let number:
            close(socket)
            broken("its socket takes nothing: \(String(cString: strerror(number)))")
        }
    }

    private func retry() {
        isRetrying = true
        eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(5)) { [weak self] in
            self?.isRetrying = false
            self?.sendAll()
        }
    }

    func received(_ frame: Frame) {
        switch frame.kind {
        case .ready:
            isReady = true
            ready.succeed()
            owner?.templateIsReady(self)
        case .rehearsed: owner?.templateRehearsed(frame.subject)
        case .refused: owner?.templateRefused(frame.subject, reason: String(decoding: frame.payload, as: UTF8.self))
        default: broken("a frame in the wrong direction")
        }
    }

    func broken(_ reason: String) {
        logger.error("script worker is stopped", metadata: ["reason": "\(reason)"])
        process.kill()
        closed()
    }

    func closed() {
        process.kill()
        end()
    }

    /// Lets the process end all sessions and itself, by force when it takes longer than two seconds.
    func end() {
        guard !isGone else { return }
        isGone = true
        frames?.close()
        frames = nil
        close(process.descriptors)
        for case .session(_, _, let socket) in unsent { close(socket) }
        unsent.removeAll()
        let process = process
        let force = eventLoop.scheduleTask(in: .seconds(2)) { process.kill() }
        NIOSingletons.posixBlockingThreadPool.runIfActive(eventLoop: eventLoop) { process.reap() }
            .always { _ in force.cancel() }
            .cascade(to: exited)
        ready.fail(WorkerExitError())
        owner?.templateIsGone(self)
    }
}

/// Whoever keeps a template.
protocol TemplateOwner: AnyObject {
    func templateIsReady(_ template: ScriptTemplate)
    func templateRehearsed(_ program: UInt64)
    func templateRefused(_ subject: UInt64, reason: String)
    func templateIsGone(_ template: ScriptTemplate)
}

/// The program ended before it was ready.
struct WorkerExitError: Error, CustomStringConvertible {
    var description: String { "the script worker ended before it was ready; standard error tells why" }
}
