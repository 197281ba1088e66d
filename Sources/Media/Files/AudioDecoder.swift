#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads sound files into memory: wav, flac, ogg (vorbis, opus) and mp3, any rate and up to eight channels, mixed down to one.
///
/// The format is told from the content, never from a name. A file that breaks off gives what could be decoded.
public struct AudioDecoder: Hashable, Sendable {
    /// Octets that a file may have.
    public var maximumOctets: Int
    /// Seconds of sound that a file may hold.
    public var maximumSeconds: Int

    /// 10 MiB and one hour by default.
    public init(maximumOctets: Int = 10 << 20, maximumSeconds: Int = 3600) {
        self.maximumOctets = maximumOctets
        self.maximumSeconds = maximumSeconds
    }

    /// The known formats.
    enum Format {
        case soundFile
        case mp3

        /// By the signature at the start; mp3 also by its first plausible frame header, as it may come without any tag.
        init?(_ bytes: UnsafeRawBufferPointer) {
            let start = bytes.prefix(4)
            if start.elementsEqual("RIFF".utf8) || start.elementsEqual("RF64".utf8) || start.elementsEqual("fLaC".utf8)
                || start.elementsEqual("OggS".utf8)
            {
                self = .soundFile
            } else if start.prefix(3).elementsEqual("ID3".utf8) || Self.hasFrameHeader(bytes) {
                self = .mp3
            } else {
                return nil
            }
        }

        private static func hasFrameHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
            for index in 0..<min(max(0, bytes.count - 3), 4096) where bytes[index] == 0xFF {
                let second = bytes[index + 1]
                let third = bytes[index + 2]
                let isHeader = second & 0xE0 == 0xE0 && second & 0x18 != 0x08 && second & 0x06 != 0
                if isHeader, third >> 4 != 15, third >> 4 != 0, third & 0x0C != 0x0C { return true }
            }
            return false
        }
    }

    /// Decodes a file in memory.
    /// - Throws: ``AudioFileError`` with code `tooLarge`, `unknownFormat` or `damaged`.
    public func decode(_ bytes: [UInt8]) throws(AudioFileError) -> PCMClip {
        guard bytes.count <= maximumOctets else {
            throw AudioFileError(.tooLarge, "\(bytes.count) octets; at most \(maximumOctets) are played")
        }
        guard let format = bytes.withUnsafeBytes({ Format($0) }) else {
            throw AudioFileError(.unknownFormat, "not wav, flac, ogg or mp3; convert the file to one of them")
        }
        switch format {
        case .soundFile: return try SoundFileReader.decode(bytes, maximumSeconds: maximumSeconds)
        case .mp3: return try MP3Reader.decode(bytes, maximumSeconds: maximumSeconds)
        }
    }

    /// Decodes a file on disk; blocks while it reads.
    public func decode(path: String) throws(AudioFileError) -> PCMClip { try decode(try read(path)) }

    private func read(_ path: String) throws(AudioFileError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw AudioFileError(.file, "cannot open \(path): errno \(errno)") }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        // One octet more than allowed tells that the file is too large.
        while bytes.count <= maximumOctets {
            let count = chunk.withUnsafeMutableBytes { Platform.read(file, $0) }
            guard count >= 0 else { throw AudioFileError(.file, "cannot read \(path): errno \(errno)") }
            if count == 0 { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        return bytes
    }
}
