#if canImport(Glibc)
    import Glibc
#endif

/// What /proc tells of a process.
struct ProcessStatistics {
    let pid: pid_t

    /// Processor time so far, nil when the process is gone.
    var cpuMilliseconds: Int? {
        // Fields 14 and 15 count clock ticks; the name in field 2 may hold anything, hence the search from behind.
        guard let text = contents(of: "stat"), let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[end...].split(separator: " ")
        guard fields.count > 13, let user = Int(fields[12]), let system = Int(fields[13]) else { return nil }
        return (user + system) * 1000 / max(1, sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Resident memory that is not of files, nil when the process is gone.
    var anonymousBytes: Int? {
        guard let text = contents(of: "statm") else { return nil }
        let fields = text.split(separator: " ")
        guard fields.count > 2, let resident = Int(fields[1]), let shared = Int(fields[2]) else { return nil }
        return (resident - shared) * max(1, sysconf(Int32(_SC_PAGESIZE)))
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
