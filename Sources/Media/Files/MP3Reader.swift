import CMpg123

/// Decodes mp3 by mpg123's feed interface, from memory.
enum MP3Reader {
    private static let chunkOctets = 16_384
    /// The library asks for one call before the first decoder.
    private static let isReady = mpg123_init() == Int32(MPG123_OK.rawValue)

    static func decode(_ bytes: [UInt8], maximumSeconds: Int) throws(AudioFileError) -> PCMClip {
        guard isReady, let handle = mpg123_new(nil, nil) else {
            throw AudioFileError(.damaged, "the mp3 decoder does not start; is libmpg123 installed whole?")
        }
        defer { mpg123_delete(handle) }
        let flags = MPG123_QUIET.rawValue | MPG123_FORCE_FLOAT.rawValue | MPG123_MONO_MIX.rawValue
        guard mpg123_param2(handle, Int32(MPG123_ADD_FLAGS.rawValue), Int(flags), 0) == MPG123_OK.rawValue,
            mpg123_open_feed(handle) == MPG123_OK.rawValue
        else { throw AudioFileError(.damaged, "the mp3 decoder refuses its settings") }

        var builder = ClipBuilder(maximumSeconds: maximumSeconds)
        var sound = [Float](repeating: 0, count: 8192)
        var offset = 0
        while offset < bytes.count {
            let end = min(offset + chunkOctets, bytes.count)
            let isFed = bytes.withUnsafeBufferPointer { bytes in
                mpg123_feed(handle, bytes.baseAddress.map { $0 + offset }, end - offset) == MPG123_OK.rawValue
            }
            offset = end
            guard isFed, try drain(handle, &sound, into: &builder) else { break }
        }
        guard !builder.isEmpty else {
            throw AudioFileError(.damaged, "holds no mp3 frame that can be decoded; check the file with a player")
        }
        return builder.finish()
    }

    /// Takes out all that is decoded; false when the decoder cannot go on.
    private static func drain(
        _ handle: OpaquePointer, _ sound: inout [Float], into builder: inout ClipBuilder
    ) throws(AudioFileError) -> Bool {
        while true {
            var octets = 0
            let status = sound.withUnsafeMutableBytes { mpg123_read(handle, $0.baseAddress, $0.count, &octets) }
            let count = octets / MemoryLayout<Float>.stride
            if count > 0, let rate = rate(of: handle) {
                try sound.withUnsafeBufferPointer { buffer throws(AudioFileError) in
                    try builder.append(UnsafeBufferPointer(rebasing: buffer[..<count]), rate: rate)
                }
            }
            switch status {
            case Int32(MPG123_OK.rawValue), Int32(MPG123_NEW_FORMAT.rawValue): continue
            case Int32(MPG123_NEED_MORE.rawValue): return true
            default: return false
            }
        }
    }

    private static func rate(of handle: OpaquePointer) -> Int? {
        var rate = 0
        var channels: Int32 = 0
        var encoding: Int32 = 0
        guard mpg123_getformat2(handle, &rate, &channels, &encoding, 0) == MPG123_OK.rawValue, channels == 1,
            encoding == Int32(MPG123_ENC_FLOAT_32.rawValue), (1000...384_000).contains(rate)
        else { return nil }
        return rate
    }
}
