/// Figures of one leg since it was added.
public struct MediaStatistics: Sendable, Equatable {
    /// Valid RTP packets of the far end, and their payload bytes.
    public var packetsReceived: UInt64 = 0
    public var bytesReceived: UInt64 = 0
    public var packetsSent: UInt64 = 0
    public var bytesSent: UInt64 = 0
    /// Packets that never arrived (RFC 3550, A.3); duplicates count against it, so it can be negative.
    public var packetsLost: Int64 = 0
    /// Interarrival jitter of the received stream in milliseconds (RFC 3550, A.8).
    public var jitterMilliseconds: Double = 0
    /// Datagrams that are no RTP: short, wrong version, cut or unknown payload type.
    public var malformed: UInt64 = 0
    /// Valid packets dropped because they came from somewhere else than the leg's far end.
    public var foreign: UInt64 = 0
    /// SRTP and SRTCP packets that were not made with the far end's key; dropped.
    public var forged: UInt64 = 0
    /// SRTP and SRTCP packets that had come before; dropped.
    public var replayed: UInt64 = 0
    /// Packets that came too late to be forwarded behind a switch of sources.
    public var late: UInt64 = 0
    /// What the far end said about the stream that it gets; nil without a report.
    public var reportedLoss: Double?
    public var reportedJitterMilliseconds: Double?
    /// Round trip from the far end's last report; nil without one.
    public var roundTripMilliseconds: Double?

    public init() {}
}

/// Figures of the whole loop.
public struct MediaLoopStatistics: Sendable, Equatable {
    public var legs = 0
    public var packetsReceived: UInt64 = 0
    public var packetsSent: UInt64 = 0
    /// Ticks that were handled after the next one was due.
    public var lateTicks: UInt64 = 0
    /// Ticks that were given up because the loop was too far behind.
    public var skippedTicks: UInt64 = 0

    public init() {}
}
