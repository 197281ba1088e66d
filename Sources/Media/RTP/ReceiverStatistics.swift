/// Counts what arrives of one stream, for receiver reports and the call's quality record (RFC 3550 appendices A.1, A.3, A.8).
public struct ReceiverStatistics: Hashable, Sendable {
    /// The stream that is counted.
    public let ssrc: SynchronizationSource
    private let clockRate: Int
    private var base: SequenceNumber?
    private var highest = SequenceNumber(rawValue: 0)
    private var cycles: UInt32 = 0
    /// Packets that came, duplicates and late ones included.
    public private(set) var received: UInt64 = 0
    private var transit: RTPTimestamp?
    /// Sixteen times the jitter, as A.8 computes it in integers.
    private var jitter16: UInt32 = 0
    private var expectedBefore: UInt64 = 0
    private var lostBeforeRestart: Int64 = 0
    private var receivedBeforeRestart: UInt64 = 0
    private var receivedBefore: UInt64 = 0
    private var lastSenderReport: HeardReport?

    private struct HeardReport: Hashable {
        var ntp: UInt32
        var arrival: MediaTime
    }

    /// Counters of one stream; another source needs its own.
    public init(ssrc: SynchronizationSource, clockRate: Int = 8000) {
        self.ssrc = ssrc
        self.clockRate = max(1, clockRate)
    }

    /// Notes a packet of the stream.
    ///
    /// A jump of more than 3000 numbers starts the count of expected packets anew, so that a restarted sender does not count
    /// as thousands of lost packets.
    public mutating func receive(_ header: RTPHeader, arrival: MediaTime) {
        guard header.ssrc == ssrc else { return }
        count(header.sequenceNumber)
        let now = arrival.ticks(clockRate: clockRate).advanced(by: -Int(header.timestamp.rawValue))
        if let transit {
            // A.8 in UInt32: the jitter moves by a sixteenth of the difference.
            let difference = min(UInt32(clamping: transit.distance(to: now).magnitude), 1 << 24)
            jitter16 = jitter16 &+ difference &- ((jitter16 &+ 8) >> 4)
        }
        transit = now
    }

    private mutating func count(_ number: SequenceNumber) {
        let step = base == nil ? 0 : highest.distance(to: number)
        if base == nil {
            restart(at: number)
        } else if step > 3000 || step < -100 {
            // The loss so far is kept.
            lostBeforeRestart &+= Int64(clamping: expectedSinceBase) &- Int64(clamping: receivedSinceBase)
            restart(at: number)
        } else if step > 0 {
            if number.rawValue < highest.rawValue { cycles &+= 0x1_0000 }
            highest = number
        }
        received &+= 1
    }

    private mutating func restart(at number: SequenceNumber) {
        receivedBeforeRestart = received
        expectedBefore = 0
        receivedBefore = 0
        base = number
        highest = number
        cycles = 0
    }

    private var receivedSinceBase: UInt64 { received &- receivedBeforeRestart }

    private var extendedHighest: UInt32 { cycles &+ UInt32(highest.rawValue) }

    private var expectedSinceBase: UInt64 {
        base.map { UInt64(extendedHighest) &- UInt64($0.rawValue) &+ 1 } ?? 0
    }

    /// Packets that should have come and did not; negative with duplicates.
    public var lost: Int64 {
        lostBeforeRestart &+ Int64(clamping: expectedSinceBase) &- Int64(clamping: receivedSinceBase)
    }

    /// Variation of the transit time in ticks of the media clock.
    public var jitter: UInt32 { jitter16 >> 4 }

    /// The same in milliseconds.
    public var jitterMilliseconds: Double { Double(jitter16) / 16 * 1000 / Double(clockRate) }

    /// Notes a sender report, whose instant the next block returns to the sender.
    public mutating func receive(_ report: RTCPPacket.SenderReport, arrival: MediaTime) {
        lastSenderReport = HeardReport(ntp: UInt32(truncatingIfNeeded: report.ntpTime >> 16), arrival: arrival)
    }

    /// The block for the next report; the share of lost packets counts from the block before.
    public mutating func makeReport(at now: MediaTime) -> ReportBlock {
        let expected = expectedSinceBase &- expectedBefore
        let received = receivedSinceBase &- receivedBefore
        expectedBefore = expectedSinceBase
        receivedBefore = receivedSinceBase
        let missing = expected > received ? expected - received : 0
        let fraction = expected == 0 ? 0 : min(255, missing * 256 / expected)
        let delay = lastSenderReport.map { max(0, $0.arrival.nanoseconds(until: now)) } ?? 0
        let (seconds, rest) = delay.quotientAndRemainder(dividingBy: 1_000_000_000)
        return ReportBlock(
            ssrc: ssrc, fractionLost: UInt8(fraction), cumulativeLost: Int32(clamping: lost),
            highestSequence: extendedHighest, jitter: jitter, lastSenderReport: lastSenderReport?.ntp ?? 0,
            delaySinceLastSenderReport: UInt32(clamping: seconds * 65_536 + rest * 65_536 / 1_000_000_000))
    }
}
