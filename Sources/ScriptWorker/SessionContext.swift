import CJavaScriptCore

/// The JavaScript context of one session and the entry points of its API.
final class SessionContext {
    private let context: JSGlobalContextRef
    /// True when the script has broken the API beyond use.
    private(set) var isBroken = false
    private let deliverFunction: JSObjectRef
    private let finishFunction: JSObjectRef
    private let failFunction: JSObjectRef

    /// Nil when the API's own script fails.
    init?(group: JSContextGroupRef, api: Program.Script) {
        guard let context = JSGlobalContextCreateInGroup(group, nil) else { return nil }
        let entries = Self.entries(context, api)
        guard entries.count == 4 else {
            JSGlobalContextRelease(context)
            return nil
        }
        self.context = context
        deliverFunction = entries[0]
        finishFunction = entries[1]
        failFunction = entries[2]
        for entry in entries.prefix(3) { JSValueProtect(context, entry) }
        JSGlobalContextSetUnhandledRejectionCallback(context, entries[3], nil)
        let message = JSStringCreateWithUTF8CString("eval and new Function are not available on this platform")
        JSGlobalContextSetEvalEnabled(context, false, message)
        JSStringRelease(message)
    }

    /// Gives the context up. `ignoring` is a function of another context that outlives this one.
    func retire(ignoring: JSObjectRef) {
        // A value that stays protected would keep the whole context alive.
        for entry in [deliverFunction, finishFunction, failFunction] { JSValueUnprotect(context, entry) }
        // The engine holds the rejection callback strongly: one of this context would keep the context alive for ever.
        JSGlobalContextSetUnhandledRejectionCallback(context, ignoring, nil)
        JSGlobalContextRelease(context)
    }

    /// Evaluates the API and calls what it is with the host's functions and the global object.
    private static func entries(_ context: JSGlobalContextRef, _ script: Program.Script) -> [JSObjectRef] {
        guard let api = JSEvaluateScript(context, script.text, nil, script.name, 1, nil),
            let host = HostFunction.make(in: context), let push = HostFunction.makePush(in: context),
            let global = JSContextGetGlobalObject(context),
            let entries = JSObjectCallAsFunction(context, api, nil, 3, [host, push, global], nil)
        else { return [] }
        return (UInt32(0)..<4).compactMap { index in
            let entry = JSObjectGetPropertyAtIndex(context, entries, index, nil)
            return JSValueIsObject(context, entry) ? entry : nil
        }
    }

    /// Evaluates the scripts until one fails; its error becomes a command.
    func evaluate(_ program: Program) {
        for script in program.scripts {
            var exception: JSValueRef?
            JSEvaluateScript(context, script.text, nil, script.name, 1, &exception)
            if let exception { return report(exception) }
        }
    }

    /// Gives a message to the API; microtasks run before this returns.
    func deliver(_ payload: [UInt8]) {
        let text = JSStringRef.make(payload[...])
        defer { JSStringRelease(text) }
        call(deliverFunction, [JSValueMakeString(context, text)])
    }

    /// Lets the API add what ends a batch.
    func finish() {
        var exception: JSValueRef?
        JSObjectCallAsFunction(context, finishFunction, nil, 0, nil, &exception)
        if exception != nil { isBroken = true }
    }

    private func call(_ function: JSObjectRef, _ arguments: [JSValueRef?]) {
        var exception: JSValueRef?
        JSObjectCallAsFunction(context, function, nil, arguments.count, arguments, &exception)
        if let exception { report(exception) }
    }

    private func report(_ error: JSValueRef) {
        var exception: JSValueRef?
        JSObjectCallAsFunction(context, failFunction, nil, 1, [error], &exception)
        if exception != nil { isBroken = true }
    }

    func collectGarbage() { JSSynchronousGarbageCollectForDebugging(context) }

    /// Bytes that live objects of the whole VM hold, as far as the engine counts them.
    var heapSize: Int {
        guard let statistics = JSGetMemoryUsageStatistics(context) else { return 0 }
        let name = JSStringCreateWithUTF8CString("heapSize")
        defer { JSStringRelease(name) }
        let size = JSValueToNumber(context, JSObjectGetProperty(context, statistics, name, nil), nil)
        return Int(exactly: size.rounded()) ?? 0
    }
}
