/// What the server tells the template process at its start.
struct WorkerOptions {
    /// Processor time of one callback in a rehearsal.
    var callbackMilliseconds: UInt32 = 1_000
    /// Data that a process may have on top of the template's own (RLIMIT_DATA); 0 sets no limit.
    var dataBytes = 0

    /// Reads `--name value` pairs; anything unknown is an error.
    init(arguments: [String]) throws(WorkerStartError) {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            guard let text = rest.popFirst(), let number = UInt32(text) else { throw .value(name) }
            switch name {
            case "--callback-ms": callbackMilliseconds = number
            case "--data-bytes": dataBytes = Int(number)
            default: throw .name(name)
            }
        }
    }
}

/// Why the program does not start, or does not go on.
enum WorkerStartError: Error, CustomStringConvertible {
    case value(String)
    case name(String)
    case noSockets
    case allocator
    case threads(Int)
    case api
    case protocolBroken(String)

    var description: String {
        switch self {
        case .value(let name): "script-worker: \(name) needs a whole number"
        case .name(let name): "script-worker: \(name) is unknown; \(Self.remedy)"
        case .noSockets: "script-worker: descriptors 3 and 4 are not open; \(Self.remedy)"
        case .allocator:
            "script-worker: the environment has no Malloc=1, without which JavaScriptCore's allocator starts a thread; \(Self.remedy)"
        case .threads(let count):
            "script-worker: \(count) threads run where only one may be copied into sessions; use the JavaScriptCore that "
                + "this program was built for (libjavascriptcoregtk-4.1)"
        case .api:
            "script-worker: the API's own script failed; switchboard and script-worker must come from one build"
        case .protocolBroken(let what):
            "script-worker: \(what); switchboard and script-worker must come from one build"
        }
    }

    private static let remedy = "this program is started by the server, with two sockets as descriptors 3 and 4"
}
