import Media
import SDP

/// A codec as the packet path compares it: one byte, the static payload type of RFC 3551.
struct WireCodec: Equatable {
    static let pcmu = WireCodec(.pcmu)
    static let pcma = WireCodec(.pcma)
    static let g722 = WireCodec(.g722)
    static let all = [pcmu, pcma, g722]

    let number: UInt8

    init(_ codec: AudioCodec) { number = codec.staticPayloadType }

    /// The codec of a static payload type; nil for a number of something else.
    @inline(__always)
    init?(payloadType: UInt8) {
        guard payloadType == 0 || payloadType == 8 || payloadType == 9 else { return nil }
        number = payloadType
    }

    var audio: AudioCodec {
        switch number {
        case 0: .pcmu
        case 8: .pcma
        default: .g722
        }
    }

    /// The law of G.711; nil for G.722.
    @inline(__always)
    var law: G711? {
        switch number {
        case 0: .muLaw
        case 8: .aLaw
        default: nil
        }
    }

    /// True where packets can be passed on without being decoded: as they are, or by a table from law to law.
    @inline(__always)
    func passes(to other: WireCodec) -> Bool {
        number == other.number || (number != 9 && other.number != 9)
    }

    /// The octet that stands for missing sound.
    var silence: UInt8 { law?.silence ?? SilenceFrame.payload(.g722).first ?? 0 }

    /// Overwrites a payload of any length with silence.
    func silence(_ octets: UnsafeMutableRawBufferPointer) {
        let frame = SilenceFrame.payload(audio)
        for index in octets.indices { octets[index] = frame[index % frame.count] }
    }
}
