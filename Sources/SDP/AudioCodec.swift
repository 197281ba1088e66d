/// The codecs that the engine encodes and decodes.
public enum AudioCodec: String, Hashable, Sendable, CaseIterable {
    /// G.711 µ-law.
    case pcmu = "PCMU"
    /// G.711 A-law.
    case pcma = "PCMA"

    /// The payload type of RFC 3551 table 4.
    public var staticPayloadType: UInt8 {
        switch self {
        case .pcmu: 0
        case .pcma: 8
        }
    }

    /// Ticks of the RTP clock in one second.
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
