import CallControl
import Media

extension StreamEncoding {
    var rate: SoundRate { self == .wideLinear ? .wide : .narrow }

    private var law: G711? {
        switch self {
        case .muLaw: .muLaw
        case .aLaw: .aLaw
        case .linear, .wideLinear: nil
        }
    }

    /// The samples of whole octets; half a sample at the end is left out.
    func samples(_ octets: [UInt8]) -> [Int16] {
        if let law { return octets.map(law.decode) }
        return stride(from: 0, to: octets.count - 1, by: 2).map { index in
            Int16(bitPattern: UInt16(octets[index]) | UInt16(octets[index + 1]) << 8)
        }
    }

    func octets(_ samples: UnsafeBufferPointer<Int16>) -> [UInt8] {
        if let law { return samples.map(law.encode) }
        return samples.flatMap { sample in
            let bits = UInt16(bitPattern: sample)
            return [UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8)]
        }
    }
}
