/// Encoded frames of faint noise, made once, for the stretches in which a far end is sent nothing else.
///
/// A line that is digitally silent sounds dead. The frames are long enough together (1.28 s) that their repetition is not
/// heard; taking one is a copy.
public struct ComfortFrames: Sendable {
    /// Samples of a frame of 20 ms, and its octets in G.711.
    public static let frameLength = 160
    /// Frames after which the noise repeats.
    public static let count = 64

    private let muLaw: [UInt8]
    private let aLaw: [UInt8]

    /// - Parameter level: of the noise in dBm0; nil makes the frames silent.
    public init(level: Double?, seed: UInt64 = 1) {
        var samples = [Int16](repeating: 0, count: Self.count * Self.frameLength)
        if let level {
            var noise = ComfortNoise(seed: seed, level: level)
            samples.withUnsafeMutableBufferPointer { noise.fill($0) }
        }
        (muLaw, aLaw) = (Self.encode(samples, .muLaw), Self.encode(samples, .aLaw))
    }

    /// Copies a frame in one of the laws; any number names a frame.
    public func copy(_ number: Int, law: G711, into octets: UnsafeMutableRawBufferPointer) {
        let start = Int(UInt(bitPattern: number) % UInt(Self.count)) * Self.frameLength
        let length = min(octets.count, Self.frameLength)
        (law == .muLaw ? muLaw : aLaw).withUnsafeBytes { frames in
            octets.copyMemory(from: UnsafeRawBufferPointer(rebasing: frames[start..<start + length]))
        }
    }

    private static func encode(_ samples: [Int16], _ law: G711) -> [UInt8] {
        // Zero itself is not the octet that the laws call silence.
        samples.map { $0 == 0 ? law.silence : law.encode($0) }
    }
}
