import CScriptProcess
import WorkerProtocol

/// Judges a session after each callback: it is warned once of each limit, at three quarters of it, and stopped beyond its memory.
///
/// The processor time of a callback that runs is watched in C.
struct SessionGuard {
    private let allowance: SessionAllowance
    private let limit: Int
    private let base: Int
    /// Growth of the process at which the next look at what the session holds is due.
    private var due: Int
    private var isTimeTold = false
    private var isMemoryTold = false

    /// - Parameter base: memory of the process when nothing had run in it.
    init(allowance: SessionAllowance, base: Int) {
        self.allowance = allowance
        self.base = base
        limit = Int(clamping: allowance.bytes)
        due = limit / 4 * 3
    }

    /// What the session holds, when its process has grown enough for a look.
    mutating func look(at session: SessionContext) -> Verdict {
        if let warning = timeWarning() { return .warn(warning) }
        guard script_memory() - base > due else { return .fine }
        session.collectGarbage()
        // What is not given back to the system is not held against the session a second time.
        due = max(due, script_memory() - base + limit / 4)
        let size = session.heapSize
        if size > limit { return .stop }
        guard size > limit / 4 * 3, !isMemoryTold else { return .fine }
        isMemoryTold = true
        return .warn(Self.message("MEMORY", allowed: limit, used: size))
    }

    enum Verdict {
        case fine
        /// A message for the API.
        case warn([UInt8])
        case stop
    }

    private mutating func timeWarning() -> [UInt8]? {
        let used = script_callback_used()
        guard !isTimeTold, used >= allowance.callbackMilliseconds / 4 * 3 else { return nil }
        isTimeTold = true
        return Self.message("CALLBACK_TIME", allowed: Int(allowance.callbackMilliseconds), used: Int(used))
    }

    private static func message(_ limit: String, allowed: Int, used: Int) -> [UInt8] {
        let fields: [String: ScenarioValue] = [
            "allowed": .int(Int64(allowed)), "limit": .string(limit), "used": .int(Int64(used)),
        ]
        return ScenarioValue.map(["k": .string("limit"), "e": .map(fields)]).json
    }
}
