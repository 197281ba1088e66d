/// One packet of a compound RTCP datagram (RFC 3550 section 6).
public enum RTCPPacket: Hashable, Sendable {
    case senderReport(ssrc: SynchronizationSource, SenderReport, [ReportBlock])
    case receiverReport(ssrc: SynchronizationSource, [ReportBlock])
    /// The canonical names of sources (SDES CNAME); other items are left out.
    case sourceDescription([SourceName])
    case goodbye([SynchronizationSource])
    /// A packet of another kind, by its type number.
    case other(UInt8)

    /// What a sender says of its own stream.
    public struct SenderReport: Hashable, Sendable {
        /// Wallclock of the report as 32.32 bits of seconds since 1900.
        public var ntpTime: UInt64
        /// The same instant on the media clock.
        public var timestamp: RTPTimestamp
        /// Packets sent since the stream began.
        public var packetCount: UInt32
        /// Octets of payload sent since the stream began.
        public var octetCount: UInt32

        /// A report to send.
        public init(ntpTime: UInt64, timestamp: RTPTimestamp, packetCount: UInt32, octetCount: UInt32) {
            self.ntpTime = ntpTime
            self.timestamp = timestamp
            self.packetCount = packetCount
            self.octetCount = octetCount
        }
    }

    /// A source and its lasting name.
    public struct SourceName: Hashable, Sendable {
        /// The source.
        public var ssrc: SynchronizationSource
        /// `user@host` or any lasting text, 255 octets at most.
        public var canonicalName: String

        /// A name to send.
        public init(ssrc: SynchronizationSource, canonicalName: String) {
            self.ssrc = ssrc
            self.canonicalName = canonicalName
        }
    }

    /// True when a datagram on a shared port is RTCP: its type is 192…223 (RFC 5761 section 4).
    public static func isRTCP(_ datagram: UnsafeRawBufferPointer) -> Bool {
        datagram.count >= 4 && datagram[0] >> 6 == 2 && (192...223).contains(datagram[1])
    }
}

/// What a receiver says of one stream (RFC 3550 section 6.4.1).
public struct ReportBlock: Hashable, Sendable {
    /// Octets of a block.
    public static let size = 24

    /// The stream that the block is about.
    public var ssrc: SynchronizationSource
    /// Share of packets lost since the last report, in 256ths.
    public var fractionLost: UInt8
    /// Packets lost since the beginning, −8388608…8388607; negative with duplicates.
    public var cumulativeLost: Int32
    /// Highest sequence number with the count of wraps above it.
    public var highestSequence: UInt32
    /// Mean variation of transit in ticks of the media clock.
    public var jitter: UInt32
    /// Middle 32 bits of the last sender report's wallclock; 0 without one.
    public var lastSenderReport: UInt32
    /// Time since that report in 65536ths of a second.
    public var delaySinceLastSenderReport: UInt32

    /// A block to send; the count of lost packets is brought into its range.
    public init(
        ssrc: SynchronizationSource, fractionLost: UInt8, cumulativeLost: Int32, highestSequence: UInt32,
        jitter: UInt32, lastSenderReport: UInt32 = 0, delaySinceLastSenderReport: UInt32 = 0
    ) {
        self.ssrc = ssrc
        self.fractionLost = fractionLost
        self.cumulativeLost = max(-0x80_0000, min(0x7F_FFFF, cumulativeLost))
        self.highestSequence = highestSequence
        self.jitter = jitter
        self.lastSenderReport = lastSenderReport
        self.delaySinceLastSenderReport = delaySinceLastSenderReport
    }
}
