/// The codecs that the engine encodes and decodes.
public enum AudioCodec: String, Hashable, Sendable, CaseIterable {
    /// G.711 µ-law.
    case pcmu = "PCMU"
    /// G.711 A-law.
    case pcma = "PCMA"
    /// G.722 at 64 kbit/s, sound of 16 kHz.
    case g722 = "G722"

    /// The payload type of RFC 3551 table 4.
    public var staticPayloadType: UInt8 {
        switch self {
        case .pcmu: 0
        case .pcma: 8
        case .g722: 9
        }
    }

    /// Ticks of the RTP clock in one second; for G.722 half of its samples, by an old error that was kept (RFC 3551 section
    /// 4.5.2).
    public var clockRate: Int { 8000 }

    init?(_ map: RTPMap) {
        guard map.channels == 1, let codec = AudioCodec(rawValue: map.encoding.uppercased()),
            map.clockRate == codec.clockRate
        else { return nil }
        self = codec
    }

    static func staticMap(for payloadType: UInt8) -> RTPMap? {
        allCases.first { $0.staticPayloadType == payloadType }.map { $0.map(payloadType: payloadType) }
    }

    func map(payloadType: UInt8) -> RTPMap {
        RTPMap(payloadType: payloadType, encoding: rawValue, clockRate: clockRate)
    }
}
