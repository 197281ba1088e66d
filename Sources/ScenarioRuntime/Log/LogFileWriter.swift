import Dispatch
import Logging
import NIOCore

#if canImport(Glibc)
    import Glibc
#endif

/// Writes session logs to files, in order, on a queue of its own.
final class LogFileWriter: Sendable {
    private let queue = DispatchQueue(label: "session-log")
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    /// Appends bytes to a file; returns at once.
    func append(_ bytes: [UInt8], to file: LogFile) {
        queue.async { [logger] in
            do {
                try file.write(bytes)
            } catch {
                logger.error("session log not written", metadata: ["log.file": "\(file.path)", "error": "\(error)"])
            }
        }
    }

    /// Closes a file after everything that was appended; the future completes then.
    func close(_ file: LogFile, eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        let promise = eventLoop.makePromise(of: Void.self)
        queue.async {
            file.close()
            promise.succeed()
        }
        return promise.futureResult
    }
}

/// One session log on disk.
final class LogFile: @unchecked Sendable {  // Used on the writer's queue only.
    let path: String
    private var descriptor: Int32 = -1
    private var isBroken = false

    init(path: String) { self.path = path }

    /// Opens the file at the first use. After a failure later writes are dropped without a word: one message is enough.
    fileprivate func write(_ bytes: [UInt8]) throws(LogFileError) {
        guard !isBroken else { return }
        do throws(LogFileError) {
            if descriptor < 0 { try open() }
            try writeAll(bytes)
        } catch {
            isBroken = true
            throw error
        }
    }

    fileprivate func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    private func open() throws(LogFileError) {
        makeDirectories()
        descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        if descriptor < 0 { throw LogFileError(operation: "open", number: errno) }
    }

    private func makeDirectories() {
        var end = path.startIndex
        while let slash = path[end...].firstIndex(of: "/") {
            if slash > path.startIndex { mkdir(String(path[..<slash]), 0o750) }
            end = path.index(after: slash)
        }
    }

    private func writeAll(_ bytes: [UInt8]) throws(LogFileError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), bytes.count - written)
            }
            if count > 0 {
                written += count
            } else if errno != EINTR {
                throw LogFileError(operation: "write", number: errno)
            }
        }
    }
}

/// Why a session log cannot be written.
struct LogFileError: Error, CustomStringConvertible {
    let operation: String
    let number: Int32

    var description: String {
        "\(operation) failed: \(String(cString: strerror(number))); check the log directory's rights and space"
    }
}
