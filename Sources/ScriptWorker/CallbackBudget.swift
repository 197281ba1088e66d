import CJavaScriptCore
import Glibc
import WorkerProtocol

/// Processor time and memory of the callback that runs.
///
/// The engine asks in slices of its execution time limit; a limit that is not set anew in the callback never asks again.
final class CallbackBudget {
    private let group: JSContextGroupRef
    private let nanoseconds: Int
    private let bytes: Int
    private let memory = ResidentMemory()
    private var startTime = 0
    /// Resident memory at the end of the callback before, which is when it was last measured.
    private var startMemory = 0
    /// Why the callback was stopped, nil while it was not.
    private(set) var verdict: KillReason?
    private static let slice = 0.05

    init(group: JSContextGroupRef, milliseconds: Int, bytes: Int) {
        self.group = group
        nanoseconds = milliseconds * 1_000_000
        self.bytes = bytes
        startMemory = memory.bytes
    }

    /// Begins a callback.
    func begin() {
        verdict = nil
        startTime = Self.threadTime()
        arm()
    }

    /// Ends a callback; the result is by how many bytes the process grew in it.
    func end() -> Int {
        let now = memory.bytes
        defer { startMemory = now }
        return now - startMemory
    }

    /// Lets a stopped script hand over what it has done so far, for as long as it takes to do so.
    func extend() {
        startTime = Self.threadTime() - nanoseconds + 100_000_000
        arm()
    }

    private func arm() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        JSContextGroupSetExecutionTimeLimit(
            group, Self.slice,
            { _, context in
                guard let context else { return true }
                return Unmanaged<CallbackBudget>.fromOpaque(context).takeUnretainedValue().shouldStop()
            }, context)
    }

    private func shouldStop() -> Bool {
        if Self.threadTime() - startTime >= nanoseconds {
            verdict = verdict ?? .time
        } else if memory.bytes - startMemory > bytes {
            verdict = verdict ?? .memory
        } else {
            arm()
            return false
        }
        return true
    }

    private static func threadTime() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}

/// The process's own resident memory, read from an open file because it is read at every event.
struct ResidentMemory {
    private let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    private let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))

    /// Resident bytes.
    var bytes: Int { pages(field: 1) * pageSize }

    /// Bytes of data and stack, reserved ones included.
    var dataBytes: Int { pages(field: 5) * pageSize }

    /// A field of "total resident shared text lib data …".
    private func pages(field wanted: Int) -> Int {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 128) { buffer in
            let count = pread(descriptor, buffer.baseAddress, buffer.count, 0)
            guard count > 0 else { return 0 }
            var field = 0
            var pages = 0
            for byte in buffer.prefix(count) {
                if byte == UInt8(ascii: " ") {
                    field += 1
                    if field > wanted { break }
                } else if field == wanted {
                    pages = pages &* 10 &+ Int(byte &- UInt8(ascii: "0"))
                }
            }
            return pages
        }
    }
}
