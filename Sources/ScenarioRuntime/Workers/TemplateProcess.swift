import CScriptProcess

#if canImport(Glibc)
    import Glibc
#endif

/// One `script-worker` process: started with two sockets as its descriptors 3 and 4.
struct TemplateProcess: Sendable {
    let pid: pid_t
    /// Our end of the socket for frames; whoever takes it closes it.
    let frames: Int32
    /// Our end of the socket over which sockets of sessions go; whoever takes it closes it.
    let descriptors: Int32

    /// Starts the program.
    static func spawn(executable: String, arguments: [String]) throws(WorkerSpawnError) -> TemplateProcess {
        let frames = try SocketPair(packets: false)
        defer { close(frames.theirs) }
        let descriptors: SocketPair
        do throws(WorkerSpawnError) {
            descriptors = try SocketPair(packets: true)
        } catch {
            close(frames.ours)
            throw error
        }
        defer { close(descriptors.theirs) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, frames.theirs, 3)
        posix_spawn_file_actions_adddup2(&actions, descriptors.theirs, 4)
        var pid: pid_t = 0
        let result = withPointers([executable] + arguments) { arguments in
            withPointers(environment) { posix_spawn(&pid, executable, &actions, nil, arguments, $0) }
        }
        guard result == 0 else {
            close(frames.ours)
            close(descriptors.ours)
            throw .program(path: executable, number: result)
        }
        return TemplateProcess(pid: pid, frames: frames.ours, descriptors: descriptors.ours)
    }

    /// Scenarios see UTC as their time zone and nothing of the server's environment but where its libraries are. A process that
    /// runs out of memory ends at once instead of describing itself. JavaScriptCore's own allocator has a thread, which a copy of
    /// the process would not have: it takes the C library's, and that keeps to one arena.
    private static var environment: [String] {
        let path = getenv("LD_LIBRARY_PATH").map { ["LD_LIBRARY_PATH=" + String(cString: $0)] } ?? []
        return [
            "TZ=UTC", "LANG=C.UTF-8", "PATH=/usr/bin:/bin", "SWIFT_BACKTRACE=enable=no", "Malloc=1",
            "MALLOC_ARENA_MAX=1",
        ] + path
    }

    private static func withPointers<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let pointers = strings.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers + [nil])
    }

    func kill() { Glibc.kill(pid, SIGKILL) }

    /// Waits for the end of the process; blocks.
    func reap() {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    }
}

/// Two connected sockets, one of them for a process to come.
struct SocketPair {
    let ours: Int32
    let theirs: Int32

    /// - Parameter packets: whether what is sent arrives piece by piece.
    init(packets: Bool) throws(WorkerSpawnError) {
        var pair: [Int32] = [-1, -1]
        guard script_socket_pair(&pair, packets) else { throw .socket(number: errno) }
        (ours, theirs) = (pair[0], pair[1])
    }
}

/// Why a worker could not be started.
enum WorkerSpawnError: Error, CustomStringConvertible {
    case program(path: String, number: Int32)
    case socket(number: Int32)

    var description: String {
        switch self {
        case .program(let path, let number):
            "\(path) cannot be started: \(String(cString: strerror(number))); build the product script-worker and set its path"
        case .socket(let number):
            "no socket for a script worker: \(String(cString: strerror(number))); raise the limit of open files: ulimit -n"
        }
    }
}
