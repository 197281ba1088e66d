import CJavaScriptCore

/// The JavaScript context of one session and the entry points of its API.
final class SessionContext {
    let context: JSGlobalContextRef
    /// Growth of the process in this session's callbacks since its memory was last looked at.
    var charge = 0
    /// True when a script could not be evaluated.
    private(set) var hasFailed = false
    private let deliverFunction: JSObjectRef
    private let collectFunction: JSObjectRef
    private let failFunction: JSObjectRef
    private let ignoreFunction: JSObjectRef

    /// Nil when the API's own script fails. `ignoring` is a function of another context that outlives this one.
    init?(group: JSContextGroupRef, name: JSStringRef, source: JSStringRef, ignoring: JSObjectRef) {
        guard let context = JSGlobalContextCreateInGroup(group, nil) else { return nil }
        let entries = Self.entries(context, name: name, source: source)
        guard entries.count == 4 else {
            JSGlobalContextRelease(context)
            return nil
        }
        self.context = context
        deliverFunction = entries[0]
        collectFunction = entries[1]
        failFunction = entries[2]
        ignoreFunction = ignoring
        for entry in entries.prefix(3) { JSValueProtect(context, entry) }
        JSGlobalContextSetUnhandledRejectionCallback(context, entries[3], nil)
        let message = JSStringCreateWithUTF8CString("eval and new Function are not available on this platform")
        JSGlobalContextSetEvalEnabled(context, false, message)
        JSStringRelease(message)
    }

    deinit {
        // A value that stays protected would keep the whole context alive.
        for entry in [deliverFunction, collectFunction, failFunction] { JSValueUnprotect(context, entry) }
        // The engine holds the rejection callback strongly: one of this context would keep the context alive for ever.
        JSGlobalContextSetUnhandledRejectionCallback(context, ignoreFunction, nil)
        JSGlobalContextRelease(context)
    }

    /// Evaluates the API and calls what it is with the host function and the global object.
    private static func entries(
        _ context: JSGlobalContextRef, name: JSStringRef, source: JSStringRef
    ) -> [JSObjectRef] {
        guard let api = JSEvaluateScript(context, source, nil, name, 1, nil), let host = HostFunction.make(in: context),
            let global = JSContextGetGlobalObject(context),
            let entries = JSObjectCallAsFunction(context, api, nil, 2, [host, global], nil)
        else { return [] }
        return (UInt32(0)..<4).compactMap { index in
            let entry = JSObjectGetPropertyAtIndex(context, entries, index, nil)
            return JSValueIsObject(context, entry) ? entry : nil
        }
    }

    /// Evaluates a scenario; its error becomes a command, unless it is only that the budget stopped it.
    func evaluate(_ source: JSStringRef, name: JSStringRef, budget: CallbackBudget) {
        var exception: JSValueRef?
        JSEvaluateScript(context, source, nil, name, 1, &exception)
        if let exception, budget.verdict == nil {
            hasFailed = true
            report(exception)
        }
    }

    /// Gives a message to the API; microtasks run before this returns.
    func deliver(_ payload: [UInt8], budget: CallbackBudget) {
        let text = (payload + [0]).withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { JSStringCreateWithUTF8CString($0.baseAddress) }
        }
        defer { JSStringRelease(text) }
        var exception: JSValueRef?
        JSObjectCallAsFunction(context, deliverFunction, nil, 1, [JSValueMakeString(context, text)], &exception)
        if let exception, budget.verdict == nil { report(exception) }
    }

    private func report(_ exception: JSValueRef) {
        JSObjectCallAsFunction(context, failFunction, nil, 1, [exception], nil)
    }

    /// The commands so far as JSON; nil when the script has broken the API beyond use.
    func collect() -> [UInt8]? {
        var exception: JSValueRef?
        guard let value = JSObjectCallAsFunction(context, collectFunction, nil, 0, nil, &exception), exception == nil,
            JSValueIsString(context, value), let text = JSValueToStringCopy(context, value, nil)
        else { return nil }
        defer { JSStringRelease(text) }
        return text.utf8Bytes
    }

    /// Bytes that live objects of the whole VM hold, as far as the engine counts them.
    var heapSize: Int {
        guard let statistics = JSGetMemoryUsageStatistics(context) else { return 0 }
        let name = JSStringCreateWithUTF8CString("heapSize")
        defer { JSStringRelease(name) }
        let size = JSValueToNumber(context, JSObjectGetProperty(context, statistics, name, nil), nil)
        return Int(exactly: size.rounded()) ?? 0
    }
}

extension JSStringRef {
    /// The text in UTF-8.
    var utf8Bytes: [UInt8] {
        let capacity = JSStringGetMaximumUTF8CStringSize(self)
        return [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            count = buffer.withMemoryRebound(to: CChar.self) {
                max(1, JSStringGetUTF8CString(self, $0.baseAddress, capacity)) - 1
            }
        }
    }
}
