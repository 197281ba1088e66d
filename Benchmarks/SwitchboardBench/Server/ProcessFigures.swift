import Foundation

/// What the system knows about a process: the time and the memory that it used.
struct ProcessFigures {
    /// Processor seconds, user and system, of the process and of the processes that it has started and that have ended.
    var cpu: Double
    /// Bytes of anonymous memory that are resident, of what several processes share each its part.
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
        guard let fields = Self.statusFields(of: process), fields.count > 14,
            case let ticks = fields[11...14].compactMap({ Double($0) }), ticks.count == 4,
            let memory = Self.anonymousMemory(of: process)
        else { return nil }
        cpu = ticks.reduce(0, +) / Double(sysconf(Int32(_SC_CLK_TCK)))
        self.memory = memory
    }

    /// The processes that a process has started and that still run, and those that they have started.
    static func descendants(of ancestor: pid_t) -> [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        var children: [pid_t: [pid_t]] = [:]
        for process in names.compactMap({ pid_t($0) }) {
            guard let fields = statusFields(of: process), fields.count > 1, let parent = pid_t(fields[1]) else {
                continue
            }
            children[parent, default: []].append(process)
        }
        var found: [pid_t] = []
        var next = children[ancestor] ?? []
        while let process = next.popLast() {
            found.append(process)
            next += children[process] ?? []
        }
        return found
    }

    /// Fields of /proc/PID/stat from the state on; the name before it may hold anything.
    private static func statusFields(of process: pid_t) -> [Substring]? {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        return text[text.index(after: end)...].split(separator: " ")
    }

    private static func anonymousMemory(of process: pid_t) -> Int? {
        let text = try? String(contentsOfFile: "/proc/\(process)/smaps_rollup", encoding: .utf8)
        let line = text?.split(separator: "\n").first { $0.hasPrefix("Pss_Anon:") }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
    }
}
