import CScriptProcess
import Glibc
import WorkerProtocol

/// The template's work: it holds programs, rehearses them, and makes and ends session processes, one after the other.
///
/// It alone waits for its children, so the number of a process that it kills is always that of its own child.
final class TemplateLoop {
    private let engine: ScriptEngine
    private let options: WorkerOptions
    private let connection = Connection(descriptor: 3, bufferSize: 1 << 16)
    private var processes: [UInt64: pid_t] = [:]
    private var sessions: [pid_t: UInt64] = [:]
    private static let descriptorSocket: Int32 = 4

    init(engine: ScriptEngine, options: WorkerOptions) {
        self.engine = engine
        self.options = options
    }

    /// Returns when the server has closed the socket, after the end of all session processes.
    func run() throws {
        script_hold_child_signals()
        while true {
            while let frame = try connection.next() {
                try handle(frame)
                reap()
            }
            while !script_wait_for_input(3) { reap() }
            guard connection.read() else { break }
        }
        for process in sessions.keys { kill(process, SIGKILL) }
        while wait(nil) > 0 || errno == EINTR {}
    }

    private func handle(_ frame: Frame) throws {
        switch frame.kind {
        case .load:
            try engine.load(frame.payload)
            try checkThreads()
            _ = connection.write(Frame(kind: .ready, subject: 0))
        case .hold: try engine.hold(frame.subject, frame.payload)
        case .rehearse: try rehearse(frame)
        case .forget: engine.forget(frame.subject)
        case .fork: try makeSession(frame)
        case .kill: if let process = processes[frame.subject] { kill(process, SIGKILL) }
        case .open, .openHeld, .event, .ready, .batch, .killed, .rehearsed, .refused:
            throw WorkerStartError.protocolBroken("a frame in the wrong direction")
        }
    }

    /// A program that takes too long ends the template, which the server then starts anew without that program.
    private func rehearse(_ frame: Frame) throws {
        script_limit_processor_time(options.callbackMilliseconds)
        try engine.rehearse(frame.subject, frame.payload)
        script_limit_processor_time(0)
        try checkThreads()
        _ = connection.write(Frame(kind: .rehearsed, subject: frame.subject))
    }

    private func checkThreads() throws {
        let count = Int(script_thread_count())
        guard count == 1 else { throw WorkerStartError.threads(count) }
    }

    /// The server sends the socket before it asks for the process.
    private func makeSession(_ frame: Frame) throws {
        guard let allowance = SessionAllowance(payload: frame.payload) else {
            throw WorkerStartError.protocolBroken("a session without its allowance")
        }
        let subject = frame.subject
        var packet: UInt64 = 0
        var socket: Int32 = -1
        let count = script_receive_descriptor(Self.descriptorSocket, &packet, MemoryLayout<UInt64>.size, &socket)
        guard count == MemoryLayout<UInt64>.size, socket >= 0, UInt64(bigEndian: packet) == subject else {
            throw WorkerStartError.protocolBroken("a session without its socket")
        }
        try checkThreads()
        let process = script_fork()
        if process == 0 { SessionProcess.run(subject, socket: socket, engine: engine, allowance: allowance) }
        let reason = errno
        close(socket)
        if process > 0 {
            processes[subject] = process
            sessions[process] = subject
        } else {
            let text = "no process can be made: \(String(cString: strerror(reason))); raise the limit of processes"
            _ = connection.write(Frame(kind: .refused, subject: subject, payload: Array(text.utf8)))
        }
    }

    private func reap() {
        var status: Int32 = 0
        while true {
            let process = waitpid(-1, &status, WNOHANG)
            guard process > 0 else { return }
            guard let subject = sessions.removeValue(forKey: process), processes[subject] == process else { continue }
            processes[subject] = nil
        }
    }
}
