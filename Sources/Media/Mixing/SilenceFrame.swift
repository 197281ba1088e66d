import SDP

/// Encoded silence.
public enum SilenceFrame {
    private static let muLaw = [UInt8](repeating: G711.muLaw.silence, count: 160)
    private static let aLaw = [UInt8](repeating: G711.aLaw.silence, count: 160)
    private static let g722 = ComfortFrames.encodeG722([Int16](repeating: 0, count: 320))

    /// The payload of 20 ms of silence; the array is shared, not made anew.
    public static func payload(_ codec: AudioCodec) -> [UInt8] {
        switch codec {
        case .pcmu: muLaw
        case .pcma: aLaw
        case .g722: g722
        }
    }
}
