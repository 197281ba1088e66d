import CJavaScriptCore
import CScriptProcess
import Glibc
import WorkerProtocol

/// A copy of the template in which one session runs, from its program to the end of its socket.
enum SessionProcess {
    /// The child's side of the fork. The process ends itself when a callback takes too long or too much, when the server closes
    /// the socket, and when a frame is not what it should be.
    static func run(_ subject: UInt64, socket: Int32, engine: ScriptEngine, allowance: SessionAllowance) -> Never {
        var rules = script_rules(
            subject: subject, milliseconds: allowance.callbackMilliseconds, bytes: Int(clamping: allowance.bytes),
            batch: FrameKind.batch.rawValue, killed: FrameKind.killed.rawValue, time: KillReason.time.rawValue,
            memory: KillReason.memory.rawValue)
        close(4)
        guard script_become_session(socket, &rules) else { _exit(1) }
        let connection = Connection(descriptor: 3, bufferSize: 4096)
        let base = script_memory()
        let size = withUnsafeBytes(of: UInt64(base).bigEndian) { Array($0) }
        let ready = Frame(kind: .ready, subject: UInt64(getpid()), payload: size)
        guard connection.write(ready), let session = engine.session else { _exit(0) }
        var guardian = SessionGuard(allowance: allowance, base: base)
        while let frame = next(connection) {
            script_callback_begin()
            perform(frame, session, engine)
            switch guardian.look(at: session) {
            case .fine: break
            case .warn(let message):
                script_callback_renew()
                session.deliver(message)
            case .stop: script_callback_kill(KillReason.memory.rawValue)
            }
            session.finish()
            if session.isBroken { script_callback_kill(KillReason.broken.rawValue) }
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
        case .open, .openHeld:
            guard let opening = Opening(frame, engine) else { _exit(1) }
            if !opening.message.isEmpty { session.deliver(opening.message) }
            session.evaluate(opening.program)
        case .event: session.deliver(frame.payload)
        default: _exit(1)
        }
    }
}
