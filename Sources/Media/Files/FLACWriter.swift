import CSndfile

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writes a 16-bit flac file as the sound comes, by libsndfile; the length in its head is right once it is closed.
///
/// Blocks while the file is written. Owns a file descriptor: not Sendable, used by one thread at a time.
public final class FLACWriter {
    /// Channels whose samples come by turns.
    public let channels: Int
    private let path: String
    private var handle: OpaquePointer?

    /// Creates or replaces the file, readable for its owner and group.
    /// - Throws: ``AudioFileError`` with code `file`.
    public init(path: String, channels: Int = 1, sampleRate: Int) throws(AudioFileError) {
        self.channels = max(1, channels)
        self.path = path
        let file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
        guard file >= 0 else { throw AudioFileError(.file, "cannot create \(path): errno \(errno)") }
        var info = SF_INFO()
        info.samplerate = Int32(clamping: sampleRate)
        info.channels = Int32(clamping: self.channels)
        info.format = Int32(SF_FORMAT_FLAC) | Int32(SF_FORMAT_PCM_16)
        // The library closes the descriptor, also when it does not take it.
        handle = sf_open_fd(file, Int32(SFM_WRITE), &info, Int32(SF_TRUE))
        guard handle != nil else {
            throw AudioFileError(.file, "cannot begin \(path): \(String(cString: sf_strerror(nil)))")
        }
    }

    deinit { if let handle { sf_close(handle) } }

    /// Appends whole frames, the samples of several channels by turns.
    public func append(_ samples: UnsafeBufferPointer<Int16>) throws(AudioFileError) {
        guard let handle, let start = samples.baseAddress else { return }
        let frames = sf_count_t(samples.count / channels)
        guard sf_writef_short(handle, start, frames) == frames else {
            throw AudioFileError(
                .file, "cannot write \(path): \(String(cString: sf_strerror(handle))); is the disk full?")
        }
    }

    /// Writes what is left and the length, and closes the file; nothing can be appended afterwards.
    public func close() throws(AudioFileError) {
        guard let handle else { return }
        self.handle = nil
        let isWritten = sf_error(handle) == 0
        guard sf_close(handle) == 0, isWritten else {
            throw AudioFileError(.file, "cannot finish \(path); is the disk full?")
        }
    }
}
