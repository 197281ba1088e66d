/// The fixed header of an RTP packet (RFC 3550 section 5.1).
public struct RTPHeader: Hashable, Sendable {
    /// Octets of a header without contributing sources and extension, as ``write(into:)`` makes it.
    public static let size = 12

    /// Begins a talk spurt or an event (RFC 3551 section 4.1).
    public var marker: Bool
    /// 0…127.
    public var payloadType: UInt8
    /// Counts packets.
    public var sequenceNumber: SequenceNumber
    /// Instant of the first sample on the media clock.
    public var timestamp: RTPTimestamp
    /// The stream's source.
    public var ssrc: SynchronizationSource
    /// Where the payload lies in the packet that was read, without CSRC list, extension and padding; empty for a header
    /// that was not read.
    public internal(set) var payload: Range<Int>

    /// A header to write.
    public init(
        marker: Bool = false, payloadType: UInt8, sequenceNumber: SequenceNumber, timestamp: RTPTimestamp,
        ssrc: SynchronizationSource
    ) {
        self.marker = marker
        self.payloadType = payloadType & 0x7F
        self.sequenceNumber = sequenceNumber
        self.timestamp = timestamp
        self.ssrc = ssrc
        payload = 0..<0
    }

    /// Reads a packet; nil when it is not RTP version 2 or its lengths do not fit (RFC 3550 appendix A.1).
    ///
    /// Reads only inside `packet` and allocates nothing.
    public init?(parsing packet: UnsafeRawBufferPointer) {
        guard packet.count >= Self.size, packet[0] >> 6 == 2 else { return nil }
        let first = packet[0]
        var start = Self.size + 4 * Int(first & 0x0F)
        if first & 0x10 != 0 {
            guard start + 4 <= packet.count else { return nil }
            start += 4 + 4 * Int(packet.bigEndian16(at: start + 2))
        }
        var end = packet.count
        guard start <= end else { return nil }
        if first & 0x20 != 0 {
            let padding = Int(packet[end - 1])
            guard padding > 0, padding <= end - start else { return nil }
            end -= padding
        }
        self.init(
            marker: packet[1] & 0x80 != 0, payloadType: packet[1] & 0x7F,
            sequenceNumber: SequenceNumber(rawValue: packet.bigEndian16(at: 2)),
            timestamp: RTPTimestamp(rawValue: packet.bigEndian32(at: 4)),
            ssrc: SynchronizationSource(rawValue: packet.bigEndian32(at: 8)))
        payload = start..<end
    }

    /// Writes the 12 octets of the header at the start of `buffer`.
    /// - Returns: 12, or 0 when the buffer is shorter and nothing was written.
    @discardableResult
    public func write(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard buffer.count >= Self.size else { return 0 }
        buffer[0] = 0x80
        buffer[1] = (marker ? 0x80 : 0) | payloadType & 0x7F
        buffer.setBigEndian(sequenceNumber.rawValue, at: 2)
        buffer.setBigEndian(timestamp.rawValue, at: 4)
        buffer.setBigEndian(ssrc.rawValue, at: 8)
        return Self.size
    }
}
