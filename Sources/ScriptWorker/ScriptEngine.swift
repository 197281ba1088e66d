import CJavaScriptCore
import CScriptProcess
import Glibc
import WorkerProtocol

/// The JavaScript VM of the template, which every session process gets a copy of.
final class ScriptEngine {
    private let group: JSContextGroupRef
    /// A context of no session: collections start from it, and it owns the function that does nothing.
    private let root: JSGlobalContextRef
    private let ignoreFunction: JSObjectRef
    private var api: Program?
    private var programs: [UInt64: Program] = [:]
    /// The context that every session process starts from; no code but the API has run in it.
    private(set) var session: SessionContext?

    init(options: WorkerOptions) {
        Self.configure()
        group = JSContextGroupCreate()
        root = JSGlobalContextCreateInGroup(group, nil)
        ignoreFunction = JSObjectMakeFunctionWithCallback(root, nil) { context, _, _, _, _, _ in
            JSValueMakeUndefined(context)
        }
        JSValueProtect(root, ignoreFunction)
    }

    /// Before the first VM: nothing that works on a thread of its own, no machine code.
    private static func configure() {
        JSConfigureSignalForGC(SIGUSR2)
        jsc_options_set_boolean("usePollingTraps", 1)
        jsc_options_set_boolean("useJIT", 0)
        jsc_options_set_boolean("useConcurrentGC", 0)
        jsc_options_set_uint("numberOfGCMarkers", 1)
    }

    /// Evaluates the API in the context of the sessions to come.
    func load(_ payload: [UInt8]) throws {
        guard let program = Program(payload: payload), let session = makeContext(program) else {
            throw WorkerStartError.api
        }
        api = program
        self.session = session
        NumberDescription.prepare()
        collectGarbage()
    }

    func hold(_ number: UInt64, _ payload: [UInt8]) throws {
        guard let program = Program(payload: payload) else {
            throw WorkerStartError.protocolBroken("a program that is not one")
        }
        programs[number] = program
    }

    func forget(_ number: UInt64) { programs[number] = nil }

    func program(_ number: UInt64) -> Program? { programs[number] }

    /// Runs a program and events of a session of it in a context that is thrown away.
    ///
    /// What stays is the code: the engine parses each function at its first call and keeps it with the program's text for every
    /// later context. All that a scenario does are commands, and those are dropped.
    func rehearse(_ number: UInt64, _ payload: [UInt8]) throws {
        guard let events = PieceList.decode(payload), let program = programs[number], let api,
            let context = makeContext(api)
        else { throw WorkerStartError.protocolBroken("a rehearsal without its program") }
        script_callback_begin()
        context.evaluate(program)
        context.finish()
        for event in events {
            script_callback_begin()
            context.deliver(Array(event))
            context.finish()
        }
        script_callback_begin()
        context.retire(ignoring: ignoreFunction)
        collectGarbage()
    }

    private func makeContext(_ api: Program) -> SessionContext? {
        guard let script = api.scripts.first else { return nil }
        return SessionContext(group: group, api: script)
    }

    private func collectGarbage() { JSSynchronousGarbageCollectForDebugging(root) }
}
