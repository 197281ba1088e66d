import SDP

/// Encoded frames of faint noise, made once, for the stretches in which a far end is sent nothing else.
///
/// A line that is digitally silent sounds dead. The frames are long enough together (1.28 s) that their repetition is not
/// heard; taking one is a copy.
public struct ComfortFrames: Sendable {
    /// Octets of a frame of 20 ms, whatever the codec.
    public static let frameLength = 160
    /// Frames after which the noise repeats.
    public static let count = 64

    private let muLaw: [UInt8]
    private let aLaw: [UInt8]
    private let g722: [UInt8]

    /// - Parameter level: of the noise in dBm0; nil makes the frames silent.
    public init(level: Double?, seed: UInt64 = 1) {
        var samples = [Int16](repeating: 0, count: Self.count * Self.frameLength * 2)
        if let level {
            var noise = ComfortNoise(seed: seed, level: level)
            samples.withUnsafeMutableBufferPointer { noise.fill($0) }
        }
        let narrow = samples.prefix(Self.count * Self.frameLength)
        (muLaw, aLaw) = (Self.encode(narrow, .muLaw), Self.encode(narrow, .aLaw))
        g722 = Self.encodeG722(samples)
    }

    /// Copies a frame in one of the codecs; any number names a frame.
    public func copy(_ number: Int, codec: AudioCodec, into octets: UnsafeMutableRawBufferPointer) {
        let start = Int(UInt(bitPattern: number) % UInt(Self.count)) * Self.frameLength
        let length = min(octets.count, Self.frameLength)
        frames(codec).withUnsafeBytes { frames in
            octets.copyMemory(from: UnsafeRawBufferPointer(rebasing: frames[start..<start + length]))
        }
    }

    private func frames(_ codec: AudioCodec) -> [UInt8] {
        switch codec {
        case .pcmu: muLaw
        case .pcma: aLaw
        case .g722: g722
        }
    }

    private static func encode(_ samples: some Sequence<Int16>, _ law: G711) -> [UInt8] {
        // Zero itself is not the octet that the laws call silence.
        samples.map { $0 == 0 ? law.silence : law.encode($0) }
    }

    /// Samples of 16 kHz by a coder that has heard them once before, as the frames go round.
    static func encodeG722(_ samples: [Int16]) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: samples.count / 2)
        guard let encoder = G722Encoder() else { return octets }
        for _ in 0..<2 {
            samples.withUnsafeBufferPointer { samples in
                octets.withUnsafeMutableBytes { _ = encoder.encode(samples, into: $0) }
            }
        }
        return octets
    }
}
