import CJavaScriptCore
import Glibc
import WorkerProtocol

/// The process in which scenarios run: one JavaScript VM, a context for each session, frames on descriptor 3.
@main
enum ScriptWorkerMain {
    static func main() {
        do {
            let options = try WorkerOptions(arguments: Array(CommandLine.arguments.dropFirst()))
            let connection = Connection(descriptor: 3)
            guard connection.isOpen else {
                throw WorkerOptionError(name: "(no descriptor 3)", isKnown: false)
            }
            closeInheritedDescriptors()
            limitResources(options)
            watchForHangUp()
            configureEngine(options)
            let engine = ScriptEngine(options: options)
            engine.collectGarbage()
            limitData(options)
            try WorkerLoop(connection: connection, engine: engine).run()
        } catch {
            let text = Array("\(error)\n".utf8)
            _ = write(STDERR_FILENO, text, text.count)
            exit(64)
        }
    }

    /// Whatever the server left open by mistake is none of a script's business.
    private static func closeInheritedDescriptors() {
        guard let directory = opendir("/proc/self/fd") else { return }
        let own = dirfd(directory)
        var inherited: [Int32] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let descriptor = Int32(name), descriptor > 3, descriptor != own { inherited.append(descriptor) }
        }
        closedir(directory)
        for descriptor in inherited { close(descriptor) }
    }

    /// What a script could break if it broke out of the engine is kept small: no files, no core dump with its data.
    private static func limitResources(_ options: WorkerOptions) {
        setLimit(RLIMIT_CORE, 0)
        setLimit(RLIMIT_FSIZE, 0)
        setLimit(RLIMIT_NOFILE, 64)
    }

    /// The hard stop of memory. The engine reserves gigabytes of address space with its first context, which count as data:
    /// hence this comes after it and allows what comes on top.
    private static func limitData(_ options: WorkerOptions) {
        guard options.dataBytes > 0 else { return }
        setLimit(RLIMIT_DATA, ResidentMemory().dataBytes + options.dataBytes)
    }

    private static func setLimit(_ resource: __rlimit_resource, _ value: Int) {
        var limit = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(value))
        setrlimit(__rlimit_resource_t(resource.rawValue), &limit)
    }

    /// Before the first VM: polling traps need no signals, and the server's debuggers keep SIGUSR1.
    private static func configureEngine(_ options: WorkerOptions) {
        JSConfigureSignalForGC(SIGUSR2)
        jsc_options_set_boolean("usePollingTraps", 1)
        if !options.usesJIT { jsc_options_set_boolean("useJIT", 0) }
    }

    /// Ends the process when the server's end of the socket closes, also while a script loops.
    private static func watchForHangUp() {
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { _ in
                // 0x2000 is POLLRDHUP, which Glibc does not export.
                var watched = pollfd(fd: 3, events: Int16(0x2000), revents: 0)
                while poll(&watched, 1, -1) < 0, errno == EINTR {}
                _exit(0)
            }, nil)
        pthread_detach(thread)
    }
}
