/// The 44 octets before the samples of a 16-bit wav file.
public struct WAVHeader: Hashable, Sendable {
    /// Octets of the header.
    public static let size = 44

    /// Channels whose samples come by turns.
    public var channels: Int
    /// Samples of one channel in a second.
    public var sampleRate: Int
    /// Octets of all samples; what does not fit into 32 bits is written as the greatest length.
    public var dataLength: Int

    /// A header; values outside of what the format can hold are brought inside.
    public init(channels: Int = 1, sampleRate: Int = 8000, dataLength: Int) {
        self.channels = max(1, min(channels, 255))
        self.sampleRate = max(1, min(sampleRate, 1_000_000))
        self.dataLength = max(0, dataLength)
    }

    /// The header as it stands in the file.
    public var bytes: [UInt8] {
        let length = UInt32(clamping: min(dataLength, Int(UInt32.max) - 36))
        var bytes: [UInt8] = []
        bytes += "RIFF".utf8
        Self.append(length + 36, to: &bytes)
        bytes += "WAVEfmt ".utf8
        Self.append(UInt32(16), to: &bytes)
        Self.append(UInt16(1), to: &bytes)
        Self.append(UInt16(channels), to: &bytes)
        Self.append(UInt32(sampleRate), to: &bytes)
        Self.append(UInt32(sampleRate * channels * 2), to: &bytes)
        Self.append(UInt16(channels * 2), to: &bytes)
        Self.append(UInt16(16), to: &bytes)
        bytes += "data".utf8
        Self.append(length, to: &bytes)
        return bytes
    }

    private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        Swift.withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}

extension PCMClip {
    /// The clip as a wav file in memory.
    public var wav: [UInt8] {
        var bytes = WAVHeader(dataLength: samples.count * 2).bytes
        bytes.reserveCapacity(bytes.count + samples.count * 2)
        for sample in samples {
            let bits = UInt16(bitPattern: sample)
            bytes.append(UInt8(bits & 0xFF))
            bytes.append(UInt8(bits >> 8))
        }
        return bytes
    }
}
