import WorkerProtocol

/// What a session process evaluates, and what it is told before.
struct Opening {
    let program: Program
    /// JSON for the API, or nothing.
    let message: [UInt8]

    /// Nil when the frame is none that opens a session, or names a program that nobody holds.
    init?(_ frame: Frame, _ engine: ScriptEngine) {
        switch frame.kind {
        case .open:
            guard var pieces = PieceList.decode(frame.payload) else { return nil }
            message = pieces.count % 2 == 1 ? Array(pieces.removeLast()) : []
            guard let program = Program(pieces: pieces) else { return nil }
            self.program = program
        case .openHeld:
            guard frame.payload.count >= 8 else { return nil }
            let number = frame.payload[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard let program = engine.program(number) else { return nil }
            message = Array(frame.payload[8...])
            self.program = program
        default: return nil
        }
    }
}
