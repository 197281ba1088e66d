/// The payload of a telephone event packet (RFC 4733 section 2.3).
public struct TelephoneEvent: Hashable, Sendable {
    /// Octets of the payload.
    public static let size = 4

    /// 0…15 are the digits, 16 is the hook flash.
    public var event: UInt8
    /// True in the last packet of an event and its repetitions.
    public var isEnd: Bool
    /// Level below 0 dBm0 in dB, 0…63.
    public var volume: UInt8
    /// Ticks of the media clock since the event's timestamp.
    public var duration: UInt16

    /// A payload to send; a volume above 63 is cut.
    public init(event: UInt8, isEnd: Bool = false, volume: UInt8 = 10, duration: UInt16) {
        self.event = event
        self.isEnd = isEnd
        self.volume = min(volume, 63)
        self.duration = duration
    }

    /// Reads the first event of a payload; nil when it is too short.
    public init?(parsing payload: UnsafeRawBufferPointer) {
        guard payload.count >= Self.size else { return nil }
        event = payload[0]
        isEnd = payload[1] & 0x80 != 0
        volume = payload[1] & 0x3F
        duration = payload.bigEndian16(at: 2)
    }

    /// Writes four octets.
    /// - Returns: 4, or 0 when the buffer is shorter and nothing was written.
    @discardableResult
    public func write(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard buffer.count >= Self.size else { return 0 }
        buffer[0] = event
        buffer[1] = (isEnd ? 0x80 : 0) | volume & 0x3F
        buffer.setBigEndian(duration, at: 2)
        return Self.size
    }
}
