#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writes a 16-bit wav file as the sound comes; the lengths in its header are right once it is closed.
///
/// Blocks while the file is written. Owns a file descriptor: not Sendable, used by one thread at a time.
public final class WAVWriter {
    /// Channels whose samples come by turns.
    public let channels: Int
    /// Samples of one channel in a second.
    public let sampleRate: Int
    private var file: Int32
    private var length = 0

    /// Creates or replaces the file.
    /// - Throws: ``AudioFileError`` with code `file`.
    public convenience init(path: String, channels: Int = 1, sampleRate: Int = 8000) throws(AudioFileError) {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw AudioFileError(.file, "cannot create \(path): errno \(errno)") }
        try self.init(fileDescriptor: file, channels: channels, sampleRate: sampleRate)
    }

    /// Writes to an open file from its present position 0 on, and closes it in the end.
    public init(fileDescriptor: Int32, channels: Int = 1, sampleRate: Int = 8000) throws(AudioFileError) {
        file = fileDescriptor
        self.channels = channels
        self.sampleRate = sampleRate
        let header = WAVHeader(channels: channels, sampleRate: sampleRate, dataLength: 0).bytes
        try header.withUnsafeBufferPointer { header throws(AudioFileError) in try write(UnsafeRawBufferPointer(header))
        }
    }

    deinit { if file >= 0 { _ = Platform.close(file) } }

    /// Samples of one channel that are written.
    public var sampleCount: Int { length / 2 / max(1, channels) }

    /// Appends samples, those of several channels by turns.
    public func append(_ samples: UnsafeBufferPointer<Int16>) throws(AudioFileError) {
        guard file >= 0, !samples.isEmpty else { return }
        #if _endian(big)
            let octets = samples.map { $0.littleEndian }
            try octets.withUnsafeBufferPointer { octets throws(AudioFileError) in
                try write(UnsafeRawBufferPointer(octets))
            }
        #else
            try write(UnsafeRawBufferPointer(samples))
        #endif
        length += samples.count * 2
    }

    /// Writes the lengths into the header and closes the file; nothing can be appended afterwards.
    public func close() throws(AudioFileError) {
        guard file >= 0 else { return }
        defer {
            _ = Platform.close(file)
            file = -1
        }
        let header = WAVHeader(channels: channels, sampleRate: sampleRate, dataLength: length).bytes
        let written = header.withUnsafeBytes { pwrite(file, $0.baseAddress, $0.count, 0) }
        guard written == header.count else { throw AudioFileError(.file, "cannot finish the wav file: errno \(errno)") }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws(AudioFileError) {
        var offset = 0
        while offset < bytes.count {
            let count = Platform.write(file, UnsafeRawBufferPointer(rebasing: bytes[offset...]))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw AudioFileError(.file, "cannot write the wav file: errno \(errno); is the disk full?")
            }
            offset += count
        }
    }
}
