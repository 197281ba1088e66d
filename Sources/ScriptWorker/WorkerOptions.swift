/// What the server tells the worker at its start.
struct WorkerOptions {
    /// Processor time of one callback.
    var callbackMilliseconds = 1_000
    /// Memory by which one session may make the process grow.
    var sessionBytes = 64 << 20
    /// Hard limit of the process's data; 0 sets none.
    var dataBytes = 0
    var usesJIT = true

    /// Reads `--name value` pairs; anything unknown is an error.
    init(arguments: [String]) throws(WorkerOptionError) {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            guard let text = rest.popFirst(), let number = Int(text), number >= 0 else {
                throw WorkerOptionError(name: name, isKnown: true)
            }
            switch name {
            case "--callback-ms": callbackMilliseconds = number
            case "--session-bytes": sessionBytes = number
            case "--data-bytes": dataBytes = number
            case "--jit": usesJIT = number != 0
            default: throw WorkerOptionError(name: name, isKnown: false)
            }
        }
    }
}

/// An argument that the worker does not understand.
struct WorkerOptionError: Error, CustomStringConvertible {
    let name: String
    let isKnown: Bool

    var description: String {
        isKnown
            ? "script-worker: \(name) needs a whole number"
            : "script-worker: \(name) is unknown; this program is started by the server, with its end of a socket as descriptor 3"
    }
}
