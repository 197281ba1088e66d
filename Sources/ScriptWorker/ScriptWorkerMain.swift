import Glibc
import WorkerProtocol

/// The template process: JavaScriptCore and the API are loaded here once, and each session runs in a copy of this process.
///
/// Frames with the server go over descriptor 3, the sockets of new sessions come over descriptor 4. The process keeps to one
/// thread, because only the thread that forks exists in the copy.
@main
enum ScriptWorkerMain {
    static func main() {
        do {
            let options = try WorkerOptions(arguments: Array(CommandLine.arguments.dropFirst()))
            guard fcntl(3, F_GETFD) >= 0, fcntl(4, F_GETFD) >= 0 else { throw WorkerStartError.noSockets }
            guard getenv("Malloc") != nil else { throw WorkerStartError.allocator }
            ProcessLimits.closeInheritedDescriptors(above: 4)
            ProcessLimits.apply()
            let engine = ScriptEngine(options: options)
            ProcessLimits.limitData(growth: options.dataBytes)
            try TemplateLoop(engine: engine, options: options).run()
        } catch {
            let text = Array("\(error)\n".utf8)
            _ = write(STDERR_FILENO, text, text.count)
            exit(64)
        }
    }
}
