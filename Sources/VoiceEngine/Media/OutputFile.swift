#if canImport(Glibc)
    import Glibc
#endif

/// Why a recording could not be kept.
struct OutputFileError: Error, CustomStringConvertible {
    let description: String
}

/// A file that is written from its start to its end.
final class OutputFile {
    private let path: String
    private var descriptor: Int32

    /// Creates or replaces the file, readable for its owner and group.
    init(path: String) throws(OutputFileError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw Self.error("cannot create", path, "does the directory exist, and may it be written to?")
        }
    }

    deinit { if descriptor >= 0 { _ = Glibc.close(descriptor) } }

    func write(_ bytes: UnsafeRawBufferPointer) throws(OutputFileError) {
        var rest = bytes
        while let start = rest.baseAddress, !rest.isEmpty {
            let count = Glibc.write(descriptor, start, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.error("cannot write", path, "is the disk full?") }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    func close() throws(OutputFileError) {
        guard descriptor >= 0 else { return }
        let result = Glibc.close(descriptor)
        descriptor = -1
        guard result == 0 else { throw Self.error("cannot finish", path, "is the disk full?") }
    }

    private static func error(_ what: String, _ path: String, _ remedy: String) -> OutputFileError {
        OutputFileError(description: "\(what) \(path): errno \(errno); \(remedy)")
    }
}
