import CJavaScriptCore
import WorkerProtocol

/// One JavaScript VM with a context for each session.
///
/// All contexts share a group, so that a scenario's code is parsed once for all of its sessions.
final class ScriptEngine {
    private let options: WorkerOptions
    private let group: JSContextGroupRef
    private let budget: CallbackBudget
    /// A context of no session: collections start from it, and it owns the function that does nothing.
    private let root: JSGlobalContextRef
    private let ignoreFunction: JSObjectRef
    private var scripts: [UInt64: Script] = [:]
    private var sessions: [UInt64: SessionContext] = [:]
    private var closedSinceCollection = 0

    private struct Script {
        let name: JSStringRef
        let source: JSStringRef
    }

    init(options: WorkerOptions) {
        self.options = options
        group = JSContextGroupCreate()
        root = JSGlobalContextCreateInGroup(group, nil)
        ignoreFunction = JSObjectMakeFunctionWithCallback(root, nil) { context, _, _, _, _, _ in
            JSValueMakeUndefined(context)
        }
        JSValueProtect(root, ignoreFunction)
        budget = CallbackBudget(group: group, milliseconds: options.callbackMilliseconds, bytes: options.sessionBytes)
    }

    /// True when contexts have been dropped whose memory a collection would give back.
    var hasGarbage: Bool { closedSinceCollection > 16 || (closedSinceCollection > 0 && sessions.isEmpty) }

    func collectGarbage() {
        closedSinceCollection = 0
        JSSynchronousGarbageCollectForDebugging(root)
    }

    func addScript(number: UInt64, payload: [UInt8]) {
        guard let end = payload.firstIndex(of: 0) else { return }
        forgetScript(number: number)
        scripts[number] = Script(name: makeString(payload[..<end]), source: makeString(payload[(end + 1)...]))
    }

    func forgetScript(number: UInt64) {
        guard let script = scripts.removeValue(forKey: number) else { return }
        JSStringRelease(script.name)
        JSStringRelease(script.source)
    }

    /// Makes a session's context and evaluates its scripts; the first of them is the API.
    func open(_ subject: UInt64, scripts payload: [UInt8]) -> Answer {
        let wanted = stride(from: 0, to: payload.count - 3, by: 4).map { index in
            payload[index..<index + 4].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
        let found = wanted.compactMap { scripts[$0] }
        budget.begin()
        guard found.count == wanted.count, let api = found.first, sessions[subject] == nil,
            let session = SessionContext(group: group, name: api.name, source: api.source, ignoring: ignoreFunction)
        else { return .killed(.broken, batch: []) }
        sessions[subject] = session
        for script in found.dropFirst() where !session.hasFailed {
            session.evaluate(script.source, name: script.name, budget: budget)
            if budget.verdict != nil { break }
        }
        return finish(subject, session)
    }

    /// Gives an event to a session.
    func deliver(_ payload: [UInt8], to subject: UInt64) -> Answer {
        guard let session = sessions[subject] else { return .killed(.broken, batch: []) }
        budget.begin()
        session.deliver(payload, budget: budget)
        return finish(subject, session)
    }

    func close(_ subject: UInt64) {
        guard sessions.removeValue(forKey: subject) != nil else { return }
        closedSinceCollection += 1
    }

    private func finish(_ subject: UInt64, _ session: SessionContext) -> Answer {
        var batch = budget.verdict == nil ? session.collect() : nil
        if budget.verdict == nil, isTooLarge(session) { return kill(subject, session, .memory) }
        if let reason = budget.verdict { return kill(subject, session, reason) }
        if batch == nil || (batch?.count ?? 0) > Frame.maximumPayload {
            batch = nil
            return kill(subject, session, .broken)
        }
        return .batch(batch ?? [])
    }

    /// A killed session's context is thrown away: the engine promises nothing about it.
    private func kill(_ subject: UInt64, _ session: SessionContext, _ reason: KillReason) -> Answer {
        budget.extend()
        let batch = session.collect() ?? []
        close(subject)
        // What it held is given back now, and what is not given back is not charged to the next session.
        if reason == .memory { collectGarbage() }
        _ = budget.end()
        return .killed(reason, batch: batch.count < Frame.maximumPayload ? batch : [])
    }

    /// A session that makes the process grow event by event is looked at more closely when it has reached its limit.
    private func isTooLarge(_ session: SessionContext) -> Bool {
        session.charge += max(0, budget.end())
        guard session.charge > options.sessionBytes else { return false }
        JSSynchronousGarbageCollectForDebugging(session.context)
        session.charge = 0
        let others = (sessions.count - 1) * (1 << 20)
        return session.heapSize - others > options.sessionBytes
    }

    private func makeString(_ bytes: ArraySlice<UInt8>) -> JSStringRef {
        (Array(bytes) + [0]).withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { JSStringCreateWithUTF8CString($0.baseAddress) }
        }
    }
}
