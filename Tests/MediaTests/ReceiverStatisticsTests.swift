import Media
import Testing

@Suite struct ReceiverStatisticsTests {
    static let source = SynchronizationSource(rawValue: 5)

    static func header(_ number: Int) -> RTPHeader {
        RTPHeader(
            payloadType: 0, sequenceNumber: SequenceNumber(rawValue: UInt16(truncatingIfNeeded: number)),
            timestamp: RTPTimestamp(rawValue: UInt32(truncatingIfNeeded: number &* 160)), ssrc: source)
    }

    @Test func `An even stream has neither loss nor jitter`() {
        var statistics = ReceiverStatistics(ssrc: Self.source)
        for number in 65_500..<65_700 { statistics.receive(Self.header(number), arrival: .milliseconds(number * 20)) }
        let report = statistics.makeReport(at: .milliseconds(0))
        #expect(report.cumulativeLost == 0 && report.fractionLost == 0 && report.jitter == 0)
        #expect(report.highestSequence == 0x1_0000 + 163)
    }

    @Test func `Loss is counted for the call and for the interval`() {
        var statistics = ReceiverStatistics(ssrc: Self.source)
        for number in 0..<100 where number % 4 != 1 {
            statistics.receive(Self.header(number), arrival: .milliseconds(number * 20))
        }
        #expect(statistics.makeReport(at: .milliseconds(0)).fractionLost == 64)
        for number in 100..<150 { statistics.receive(Self.header(number), arrival: .milliseconds(number * 20)) }
        let second = statistics.makeReport(at: .milliseconds(0))
        #expect(second.fractionLost == 0 && second.cumulativeLost == 25)
    }

    @Test func `Duplicates count as received, reordering is no loss`() {
        var statistics = ReceiverStatistics(ssrc: Self.source)
        for number in [0, 1, 3, 2, 2, 4] {
            statistics.receive(Self.header(number), arrival: .milliseconds(number * 20))
        }
        #expect(statistics.lost == -1 && statistics.received == 6)
    }

    @Test func `Jitter follows appendix A.8`() {
        var statistics = ReceiverStatistics(ssrc: Self.source)
        // Every second packet is 5 ms late: the transit differs by 40 ticks from packet to packet, where A.8 settles.
        for number in 0..<400 {
            statistics.receive(Self.header(number), arrival: .milliseconds(number * 20 + (number % 2) * 5))
        }
        #expect(abs(Int(statistics.jitter) - 40) <= 1)
        #expect(abs(statistics.jitterMilliseconds - 5) < 0.2)
    }

    @Test func `A restarted sender is not counted as loss`() {
        var statistics = ReceiverStatistics(ssrc: Self.source)
        for number in 0..<10 { statistics.receive(Self.header(number), arrival: .milliseconds(number * 20)) }
        for number in 30_000..<30_010 where number != 30_004 {
            statistics.receive(Self.header(number), arrival: .milliseconds(number * 20))
        }
        #expect(statistics.lost == 1)
    }

    @Test func `The sender's last report comes back with its age`() {
        var statistics = ReceiverStatistics(ssrc: Self.source)
        statistics.receive(Self.header(0), arrival: .milliseconds(0))
        statistics.receive(
            RTCPPacket.SenderReport(
                ntpTime: 0xAAAA_1111_2222_BBBB, timestamp: RTPTimestamp(rawValue: 0), packetCount: 0, octetCount: 0),
            arrival: .milliseconds(1000))
        let report = statistics.makeReport(at: .milliseconds(2500))
        #expect(report.lastSenderReport == 0x1111_2222)
        #expect(report.delaySinceLastSenderReport == 98_304)
    }

    @Test func `Any order of any packets keeps the numbers in range`() {
        var generator = SeededGenerator(seed: 11)
        var statistics = ReceiverStatistics(ssrc: Self.source)
        for _ in 0..<20_000 {
            var header = Self.header(Int.random(in: 0...65_535, using: &generator))
            header.timestamp = RTPTimestamp(rawValue: UInt32.random(in: 0...(.max), using: &generator))
            let arrival = MediaTime(nanoseconds: Int64.random(in: (.min)...(.max), using: &generator))
            statistics.receive(header, arrival: arrival)
            if Bool.random(using: &generator) { _ = statistics.makeReport(at: arrival) }
        }
        #expect(statistics.received == 20_000)
    }
}
