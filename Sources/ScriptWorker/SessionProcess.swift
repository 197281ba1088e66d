import CJavaScriptCore
import CScriptProcess
import Glibc
import WorkerProtocol

/// A copy of the template in which one session runs, from its program to the end of its socket.
enum SessionProcess {
    /// The child's side of the fork. The process ends itself when a callback takes too long or too much, when the server closes
    /// the socket, and when a frame is not what it should be.
    static func run(_ subject: UInt64, socket: Int32, engine: ScriptEngine, options: WorkerOptions) -> Never {
        var rules = script_rules(
            subject: subject, milliseconds: options.callbackMilliseconds, bytes: options.sessionBytes,
            batch: FrameKind.batch.rawValue, killed: FrameKind.killed.rawValue, time: KillReason.time.rawValue,
            memory: KillReason.memory.rawValue)
        close(4)
        guard script_become_session(socket, &rules) else { _exit(1) }
        let connection = Connection(descriptor: 3, bufferSize: 4096)
        let base = script_memory()
        let size = withUnsafeBytes(of: UInt64(base).bigEndian) { Array($0) }
        let ready = Frame(kind: .ready, subject: UInt64(getpid()), payload: size)
        guard connection.write(ready), let session = engine.session else { _exit(0) }
        var guardian = MemoryGuard(limit: options.sessionBytes, base: base)
        while let frame = next(connection) {
            script_callback_begin()
            perform(frame, session, engine)
            session.finish()
            if session.isBroken { script_callback_kill(KillReason.broken.rawValue) }
            if guardian.isExceeded(by: session) { script_callback_kill(KillReason.memory.rawValue) }
            guard script_callback_end() else { break }
        }
        _exit(0)
    }

    private static func next(_ connection: Connection) -> Frame? {
        while true {
            do throws(FrameError) {
                if let frame = try connection.next() { return frame }
            } catch {
                return nil
            }
            guard connection.read() else { return nil }
        }
    }

    private static func perform(_ frame: Frame, _ session: SessionContext, _ engine: ScriptEngine) {
        switch frame.kind {
        case .open:
            guard let program = Program(payload: frame.payload) else { _exit(1) }
            session.evaluate(program)
        case .openHeld:
            guard let program = engine.program(frame.payload.reduce(0) { $0 << 8 | UInt64($1) }) else { _exit(1) }
            session.evaluate(program)
        case .event: session.deliver(frame.payload)
        default: _exit(1)
        }
    }
}

/// Looks at what a session holds when its process has grown to the limit.
private struct MemoryGuard {
    private let limit: Int
    private let base: Int
    /// Growth at which the next look is due.
    private var due: Int

    init(limit: Int, base: Int) {
        self.limit = limit
        self.base = base
        due = limit
    }

    mutating func isExceeded(by session: SessionContext) -> Bool {
        guard script_memory() - base > due else { return false }
        session.collectGarbage()
        // What is not given back to the system is not held against the session a second time.
        due = max(limit, script_memory() - base + limit / 4)
        return session.heapSize > limit
    }
}
