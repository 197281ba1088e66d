import Media

/// What is counted of everything that a far end sends, over all its sources. A trivial value: it lives in the leg table.
struct IncomingStream {
    private(set) var packets: UInt64 = 0
    private(set) var octets: UInt64 = 0
    /// The present source; a far end begins a new one after a transfer or a restart.
    private(set) var current = ReceiverStatistics(ssrc: SynchronizationSource(rawValue: 0))
    private var earlierLoss: Int64 = 0

    /// Packets that should have come and did not, over all sources.
    var lost: Int64 { earlierLoss &+ current.lost }

    @inline(__always)
    mutating func receive(_ header: RTPHeader, at now: UInt64) {
        if header.ssrc != current.ssrc || packets == 0 { begin(header.ssrc) }
        packets &+= 1
        octets &+= UInt64(truncatingIfNeeded: header.payload.count)
        current.receive(header, arrival: MediaTime(microseconds: now))
    }

    /// Notes the far end's sender report about its present source.
    mutating func receive(_ report: RTCPPacket.SenderReport, from source: SynchronizationSource, at now: UInt64) {
        guard source == current.ssrc else { return }
        current.receive(report, arrival: MediaTime(microseconds: now))
    }

    /// The block for the next report; nil while nothing has come.
    mutating func makeReport(at now: UInt64) -> ReportBlock? {
        packets == 0 ? nil : current.makeReport(at: MediaTime(microseconds: now))
    }

    private mutating func begin(_ source: SynchronizationSource) {
        earlierLoss = lost
        current = ReceiverStatistics(ssrc: source)
    }
}

extension MediaTime {
    /// An instant of the media thread's clock.
    init(microseconds: UInt64) { self.init(nanoseconds: Int64(truncatingIfNeeded: microseconds &* 1000)) }
}
