import CSpandsp
import SDP

/// The two laws of ITU-T G.711, with 16-bit linear PCM on the other side.
///
/// All conversions are table lookups; none allocates.
public enum G711: Sendable {
    case muLaw
    case aLaw

    /// The law of a codec; nil for a codec that is no G.711.
    public init?(_ codec: AudioCodec) {
        switch codec {
        case .pcmu: self = .muLaw
        case .pcma: self = .aLaw
        case .g722: return nil
        }
    }

    /// The octet for the smallest positive sample; a frame filled with it is silence.
    public var silence: UInt8 {
        switch self {
        case .muLaw: 0xFF
        case .aLaw: 0xD5
        }
    }

    /// Decodes as many octets as both buffers hold.
    /// - Returns: the number of samples written.
    @discardableResult
    public func decode(_ octets: UnsafeRawBufferPointer, into samples: UnsafeMutableBufferPointer<Int16>) -> Int {
        let count = min(octets.count, samples.count)
        let table = self == .muLaw ? G711Tables.muLawToLinear : G711Tables.aLawToLinear
        table.withUnsafeBufferPointer { table in
            for index in 0..<count { samples[index] = table[Int(octets[index])] }
        }
        return count
    }

    /// Encodes as many samples as both buffers hold.
    /// - Returns: the number of octets written.
    @discardableResult
    public func encode(_ samples: UnsafeBufferPointer<Int16>, into octets: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(samples.count, octets.count)
        switch self {
        case .muLaw:
            G711Tables.magnitudeToMuLaw.withUnsafeBufferPointer { table in
                for index in 0..<count { octets[index] = Self.muLaw(samples[index], table) }
            }
        case .aLaw:
            G711Tables.magnitudeToALaw.withUnsafeBufferPointer { table in
                for index in 0..<count { octets[index] = Self.aLaw(samples[index], table) }
            }
        }
        return count
    }

    /// The linear value of one octet.
    public func decode(_ octet: UInt8) -> Int16 {
        self == .muLaw ? G711Tables.muLawToLinear[Int(octet)] : G711Tables.aLawToLinear[Int(octet)]
    }

    /// The octet of one sample.
    public func encode(_ sample: Int16) -> UInt8 {
        switch self {
        case .muLaw: G711Tables.magnitudeToMuLaw.withUnsafeBufferPointer { Self.muLaw(sample, $0) }
        case .aLaw: G711Tables.magnitudeToALaw.withUnsafeBufferPointer { Self.aLaw(sample, $0) }
        }
    }

    /// Converts octets of this law to the other law by G.711 tables 3 and 4, in place.
    public func transcode(_ octets: UnsafeMutableRawBufferPointer) {
        let table = self == .muLaw ? G711Tables.muLawToALaw : G711Tables.aLawToMuLaw
        table.withUnsafeBufferPointer { table in
            for index in octets.indices { octets[index] = table[Int(octets[index])] }
        }
    }

    /// Sign and magnitude, so that both signs share a table; the bias of 132 makes steps of 8 the finest ones.
    private static func muLaw(_ sample: Int16, _ table: UnsafeBufferPointer<UInt8>) -> UInt8 {
        table[(Int(sample.magnitude) + G711Tables.muLawBias) >> 3] ^ (sample < 0 ? 0x80 : 0)
    }

    /// One's complement magnitude, as A-law has no zero; steps of 16 are the finest ones.
    private static func aLaw(_ sample: Int16, _ table: UnsafeBufferPointer<UInt8>) -> UInt8 {
        table[Int(sample ^ (sample >> 15)) >> 4] ^ (sample < 0 ? 0x80 : 0)
    }
}

/// The tables behind ``G711``, made once.
enum G711Tables {
    static let muLawBias = 132

    static let muLawToLinear: [Int16] = (0...255).map { octet in
        let bits = ~octet & 0xFF
        let magnitude = ((bits & 0x0F) << 3 + muLawBias) << ((bits & 0x70) >> 4) - muLawBias
        return Int16(bits & 0x80 != 0 ? -magnitude : magnitude)
    }

    static let aLawToLinear: [Int16] = (0...255).map { octet in
        let bits = octet ^ 0x55
        let segment = (bits & 0x70) >> 4
        let mantissa = (bits & 0x0F) << 4
        let magnitude = segment == 0 ? mantissa + 8 : (mantissa + 0x108) << (segment - 1)
        return Int16(bits & 0x80 != 0 ? magnitude : -magnitude)
    }

    /// Octets of positive samples, indexed by (magnitude + bias) / 8.
    static let magnitudeToMuLaw: [UInt8] = (0...((32_768 + muLawBias) >> 3)).map { step in
        let value = min(step << 3, 32_767)
        let segment = max(0, topBit(value | 0xFF) - 7)
        return UInt8(segment << 4 | (value >> (segment + 3)) & 0x0F) ^ 0xFF
    }

    /// Octets of positive samples, indexed by magnitude / 16.
    static let magnitudeToALaw: [UInt8] = (0...(32_767 >> 4)).map { step in
        let value = step << 4
        let segment = max(0, topBit(value | 0xFF) - 7)
        return UInt8(segment << 4 | (value >> max(4, segment + 3)) & 0x0F) ^ 0xD5
    }

    static let muLawToALaw: [UInt8] = (0...255).map { ulaw_to_alaw(UInt8($0)) }
    static let aLawToMuLaw: [UInt8] = (0...255).map { alaw_to_ulaw(UInt8($0)) }

    private static func topBit(_ value: Int) -> Int { Int.bitWidth - 1 - value.leadingZeroBitCount }
}
