import WorkerProtocol

/// Reads frames, lets the engine work, writes answers: one after the other on one thread.
struct WorkerLoop {
    let connection: Connection
    let engine: ScriptEngine

    func run() throws(FrameError) {
        guard connection.write(Frame(kind: .ready, subject: 0).encoded) else { return }
        var decoder = FrameDecoder()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            while let frame = try decoder.next() {
                if let answer = answer(frame), !connection.write(answer) { return }
            }
            if engine.hasGarbage, !connection.waitForInput(milliseconds: 50) { engine.collectGarbage() }
            let count = connection.read(into: &buffer)
            if count == 0 { return }
            decoder.append(buffer[..<count])
        }
    }

    private func answer(_ frame: Frame) -> [UInt8]? {
        switch frame.kind {
        case .script:
            engine.addScript(number: frame.subject, payload: frame.payload)
            return nil
        case .forgetScript:
            engine.forgetScript(number: frame.subject)
            return nil
        case .open: return engine.open(frame.subject, scripts: frame.payload).encoded(for: frame.subject)
        case .event: return engine.deliver(frame.payload, to: frame.subject).encoded(for: frame.subject)
        case .close:
            engine.close(frame.subject)
            return nil
        case .ready, .batch, .killed: return nil
        }
    }
}

/// What the engine made of a question.
enum Answer {
    /// A batch of commands with room for the frame's header in front.
    case batch([UInt8])
    case killed(KillReason, batch: [UInt8])

    func encoded(for subject: UInt64) -> [UInt8] {
        switch self {
        case .batch(let batch): return Frame(kind: .batch, subject: subject, payload: batch).encoded
        case .killed(let reason, let batch):
            return Frame(kind: .killed, subject: subject, payload: [reason.rawValue] + batch).encoded
        }
    }
}
