import Foundation

/// What the system knows about a process: the time and the memory that it used.
struct ProcessFigures {
    /// Processor seconds of the process, user and system.
    var cpu: Double
    /// Bytes of anonymous memory that are resident.
    var memory: Int

    init(cpu: Double, memory: Int) {
        self.cpu = cpu
        self.memory = memory
    }

    mutating func add(_ other: ProcessFigures) {
        cpu += other.cpu
        memory += other.memory
    }

    /// Nil when there is no such process any more.
    init?(of process: pid_t) {
        guard let fields = Self.statusFields(of: process), fields.count > 12,
            let user = Double(fields[11]), let system = Double(fields[12]),
            let memory = Self.anonymousMemory(of: process)
        else { return nil }
        cpu = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
        self.memory = memory
    }

    /// The processes that a process has started and that still run.
    static func children(of parent: pid_t) -> [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { process in
            guard let fields = statusFields(of: process), fields.count > 1 else { return false }
            return pid_t(fields[1]) == parent
        }
    }

    /// Fields of /proc/PID/stat from the state on; the name before it may hold anything.
    private static func statusFields(of process: pid_t) -> [Substring]? {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        return text[text.index(after: end)...].split(separator: " ")
    }

    private static func anonymousMemory(of process: pid_t) -> Int? {
        let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let line = text?.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
    }
}
