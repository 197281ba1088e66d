import CScriptProcess
import Glibc

/// What a script could break if it broke out of the engine is kept small: no files, no core dump with its data, no rights.
///
/// Set in the template; its copies have the same.
enum ProcessLimits {
    /// A third of the processor time of the server when both want it.
    private static let niceness: Int32 = 5

    static func apply() {
        // Sound and signalling of every account come before any script.
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness)
        script_give_up_privileges()
        set(RLIMIT_CORE, 0)
        set(RLIMIT_FSIZE, 0)
        set(RLIMIT_NOFILE, 64)
    }

    /// The hard stop of memory. The engine reserves gigabytes of address space with its first context, which count as data:
    /// hence this comes after it and allows what comes on top.
    static func limitData(growth: Int) {
        guard growth > 0, let pages = dataPages() else { return }
        set(RLIMIT_DATA, pages * Int(sysconf(Int32(_SC_PAGESIZE))) + growth)
    }

    /// Whatever the server left open by mistake is none of a script's business.
    static func closeInheritedDescriptors(above last: Int32) {
        guard let directory = opendir("/proc/self/fd") else { return }
        let own = dirfd(directory)
        var inherited: [Int32] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let descriptor = Int32(name), descriptor > last, descriptor != own { inherited.append(descriptor) }
        }
        closedir(directory)
        for descriptor in inherited { close(descriptor) }
    }

    private static func set(_ resource: __rlimit_resource, _ value: Int) {
        var limit = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(value))
        setrlimit(__rlimit_resource_t(resource.rawValue), &limit)
    }

    /// Pages of data and stack, reserved ones included: field 6 of "total resident shared text lib data dirty".
    private static func dataPages() -> Int? {
        let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 128)
        let count = read(descriptor, &buffer, buffer.count)
        let fields = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
        return fields.count > 5 ? Int(fields[5]) : nil
    }
}
