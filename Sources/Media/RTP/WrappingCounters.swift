/// A sequence number of RTP packets; counts modulo 2^16 (RFC 3550 section 5.1).
public struct SequenceNumber: RawRepresentable, Hashable, Sendable {
    /// The number in the packet.
    public var rawValue: UInt16
    /// From the number in the packet.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Steps from this number to `other` the short way round, −32768…32767; negative when `other` is older.
    public func distance(to other: SequenceNumber) -> Int { Int(Int16(truncatingIfNeeded: other.rawValue &- rawValue)) }

    /// The value that many steps later, wrapping.
    public func advanced(by steps: Int) -> SequenceNumber {
        SequenceNumber(rawValue: rawValue &+ UInt16(truncatingIfNeeded: steps))
    }
}

/// A media clock's reading in an RTP packet; counts modulo 2^32 (RFC 3550 section 5.1).
public struct RTPTimestamp: RawRepresentable, Hashable, Sendable {
    /// The number in the packet.
    public var rawValue: UInt32
    /// From the number in the packet.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Ticks from this reading to `other` the short way round; negative when `other` is earlier.
    public func distance(to other: RTPTimestamp) -> Int { Int(Int32(truncatingIfNeeded: other.rawValue &- rawValue)) }

    /// The value that many steps later, wrapping.
    public func advanced(by ticks: Int) -> RTPTimestamp {
        RTPTimestamp(rawValue: rawValue &+ UInt32(truncatingIfNeeded: ticks))
    }
}

/// Names the source of an RTP stream (RFC 3550 section 3, SSRC).
public struct SynchronizationSource: RawRepresentable, Hashable, Sendable {
    /// The number in the packet.
    public var rawValue: UInt32
    /// From the number in the packet.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
}
