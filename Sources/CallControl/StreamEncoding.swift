/// How the sound of a stream is written as octets; one channel.
public enum StreamEncoding: String, Sendable, CaseIterable {
    /// G.711 of 8 kHz.
    case muLaw = "ULAW"
    case aLaw = "ALAW"
    /// 16 bits with the low octet first, of 8 kHz.
    case linear = "PCM8"
    /// 16 bits with the low octet first, of 16 kHz.
    case wideLinear = "PCM16"

    /// Samples in a second.
    public var sampleRate: Int { self == .wideLinear ? 16_000 : 8000 }

    public var octetsPerSample: Int {
        switch self {
        case .muLaw, .aLaw: 1
        case .linear, .wideLinear: 2
        }
    }
}
