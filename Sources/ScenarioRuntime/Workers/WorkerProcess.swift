import WorkerProtocol

#if canImport(Glibc)
    import Glibc
#endif

/// One `script-worker` process: started with a socket as its descriptor 3, watched through /proc, killed when need be.
struct WorkerProcess: Sendable {
    let pid: pid_t
    /// Our end of the socket; whoever takes it closes it.
    let socket: Int32

    /// Starts the program.
    static func spawn(executable: String, arguments: [String]) throws(WorkerSpawnError) -> WorkerProcess {
        var pair: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &pair) == 0 else {
            throw WorkerSpawnError(path: executable, number: errno)
        }
        defer { close(pair[1]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, pair[1], 3)
        var pid: pid_t = 0
        let result = withPointers([executable] + arguments) { arguments in
            withPointers(environment) { posix_spawn(&pid, executable, &actions, nil, arguments, $0) }
        }
        guard result == 0 else {
            close(pair[0])
            throw WorkerSpawnError(path: executable, number: result)
        }
        return WorkerProcess(pid: pid, socket: pair[0])
    }

    /// Scenarios see UTC as their time zone and nothing of the server's environment but where its libraries
    /// are. A worker that runs out of memory ends at once instead of describing itself.
    private static var environment: [String] {
        let path = getenv("LD_LIBRARY_PATH").map { ["LD_LIBRARY_PATH=" + String(cString: $0)] } ?? []
        return ["TZ=UTC", "LANG=C.UTF-8", "PATH=/usr/bin:/bin", "SWIFT_BACKTRACE=enable=no"] + path
    }

    private static func withPointers<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let pointers = strings.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers + [nil])
    }

    func kill() {
        // 0 and negative numbers would mean whole groups of processes.
        if pid > 0 { Glibc.kill(pid, SIGKILL) }
    }

    /// Waits for the end of the process; blocks.
    func reap() {
        guard pid > 0 else { return }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    }

    /// Processor time of the process so far, nil when it is gone.
    var cpuMilliseconds: Int? {
        // Fields 14 and 15 count clock ticks; the name in field 2 may hold anything, hence the search from behind.
        guard let text = contents(of: "stat"), let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[end...].split(separator: " ")
        guard fields.count > 13, let user = Int(fields[12]), let system = Int(fields[13]) else { return nil }
        return (user + system) * 1000 / max(1, sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Resident memory of the process, nil when it is gone.
    var residentBytes: Int? {
        guard let text = contents(of: "statm") else { return nil }
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
        return pages * max(1, sysconf(Int32(_SC_PAGESIZE)))
    }

    private func contents(of name: String) -> String? {
        let descriptor = open("/proc/\(pid)/\(name)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 1024)
        let count = read(descriptor, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
    }
}

/// Why a worker could not be started.
struct WorkerSpawnError: Error, CustomStringConvertible {
    let path: String
    let number: Int32

    var description: String {
        "\(path) cannot be started: \(String(cString: strerror(number))); build the product script-worker and set its path"
    }
}
