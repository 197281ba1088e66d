import CSndfile

/// Decodes wav, flac and ogg by libsndfile, from memory.
enum SoundFileReader {
    private static let maximumChannels = 8
    private static let chunkFrames = 4096

    static func decode(_ bytes: [UInt8], maximumSeconds: Int) throws(AudioFileError) -> PCMClip {
        let result = bytes.withUnsafeBytes { bytes -> Result<PCMClip, AudioFileError> in
            var file = MemoryFile(bytes: bytes)
            return withUnsafeMutablePointer(to: &file) { file in
                Result { () throws(AudioFileError) in try decode(file, maximumSeconds: maximumSeconds) }
            }
        }
        return try result.get()
    }

    private static func decode(
        _ file: UnsafeMutablePointer<MemoryFile>, maximumSeconds: Int
    ) throws(AudioFileError) -> PCMClip {
        var access = SF_VIRTUAL_IO(
            get_filelen: memoryFileLength, seek: memoryFileSeek, read: memoryFileRead, write: memoryFileWrite,
            tell: memoryFileTell)
        var info = SF_INFO()
        guard let handle = sf_open_virtual(&access, Int32(SFM_READ), &info, file) else {
            throw AudioFileError(.damaged, "cannot be decoded: \(String(cString: sf_strerror(nil)))")
        }
        defer { sf_close(handle) }
        let channels = Int(info.channels)
        guard (1...maximumChannels).contains(channels), (1000...384_000).contains(info.samplerate) else {
            throw AudioFileError(
                .tooLarge,
                "\(channels) channels at \(info.samplerate) Hz; at most \(maximumChannels) at 384000 are read")
        }
        var builder = ClipBuilder(maximumSeconds: maximumSeconds)
        var chunk = [Float](repeating: 0, count: chunkFrames * channels)
        while true {
            let frames = Int(sf_readf_float(handle, &chunk, sf_count_t(chunkFrames)))
            guard frames > 0, frames <= chunkFrames else { break }
            try append(&chunk, frames: frames, channels: channels, rate: Int(info.samplerate), to: &builder)
        }
        guard !builder.isEmpty else { throw AudioFileError(.damaged, "holds no sound; check the file with a player") }
        return builder.finish()
    }

    /// Mixes the channels in place and hands on the one that remains.
    private static func append(
        _ chunk: inout [Float], frames: Int, channels: Int, rate: Int, to builder: inout ClipBuilder
    ) throws(AudioFileError) {
        if channels > 1 {
            let share = 1 / Float(channels)
            for frame in 0..<frames {
                var sum: Float = 0
                for channel in 0..<channels { sum += chunk[frame * channels + channel] }
                chunk[frame] = sum * share
            }
        }
        try chunk.withUnsafeBufferPointer { sound throws(AudioFileError) in
            try builder.append(UnsafeBufferPointer(rebasing: sound[..<frames]), rate: rate)
        }
    }
}

/// A file in memory for libsndfile's virtual access; all positions stay inside.
private struct MemoryFile {
    let bytes: UnsafeRawBufferPointer
    var position = 0
}

private func memoryFileLength(_ context: UnsafeMutableRawPointer?) -> sf_count_t {
    guard let context else { return 0 }
    return sf_count_t(context.assumingMemoryBound(to: MemoryFile.self).pointee.bytes.count)
}

private func memoryFileSeek(
    _ offset: sf_count_t, _ origin: Int32, _ context: UnsafeMutableRawPointer?
) -> sf_count_t {
    guard let file = context?.assumingMemoryBound(to: MemoryFile.self) else { return -1 }
    let count = file.pointee.bytes.count
    let base =
        switch origin {
        case 1: file.pointee.position
        case 2: count
        default: 0
        }
    let (target, overflow) = base.addingReportingOverflow(Int(offset))
    guard !overflow, target >= 0, target <= count else { return -1 }
    file.pointee.position = target
    return sf_count_t(target)
}

private func memoryFileRead(
    _ target: UnsafeMutableRawPointer?, _ count: sf_count_t, _ context: UnsafeMutableRawPointer?
) -> sf_count_t {
    guard let target, count > 0, let file = context?.assumingMemoryBound(to: MemoryFile.self) else { return 0 }
    let position = file.pointee.position
    let length = min(Int(count), file.pointee.bytes.count - position)
    guard length > 0 else { return 0 }
    let source = UnsafeRawBufferPointer(rebasing: file.pointee.bytes[position..<position + length])
    UnsafeMutableRawBufferPointer(start: target, count: length).copyMemory(from: source)
    file.pointee.position += length
    return sf_count_t(length)
}

private func memoryFileWrite(
    _ source: UnsafeRawPointer?, _ count: sf_count_t, _ context: UnsafeMutableRawPointer?
) -> sf_count_t { 0 }

private func memoryFileTell(_ context: UnsafeMutableRawPointer?) -> sf_count_t {
    guard let context else { return 0 }
    return sf_count_t(context.assumingMemoryBound(to: MemoryFile.self).pointee.position)
}
