import CMediaIO
import Media
import SDP
import Testing

@testable import VoiceEngine

@Suite("RTCP", .serialized)
struct ReportTests {
    @Test("Reports tell what was sent and what was lost, and the far end's report is kept")
    func reports() throws {
        let bench = try MediaBench { $0.reportInterval = .milliseconds(100) }
        let port = try bench.loop.ports.open()
        let (phone, control) = (try TestPhone(server: port.number), try TestPhone(server: port.number + 1))
        let leg = bench.loop.addLeg(port)
        var remote = MediaRemote(address: "127.0.0.1", port: phone.port, codec: .pcmu)
        remote.controlPort = control.port
        bench.loop.setRemote(leg, remote)
        for sequence in [1, 2, 5] {
            phone.send(TestPacket(sequence: UInt16(sequence), timestamp: UInt32(sequence * 160), payload: [1]))
        }
        #expect(bench.events.wait { $0 == .firstPacket(leg) } != nil)
        let (ssrc, report, block) = try #require(try senderReport(control))
        #expect(report.packetCount > 0)
        #expect(block.ssrc.rawValue == 0x1234_5678)
        #expect(block.cumulativeLost == 2)
        #expect(block.highestSequence == 5)

        let answer = RTCPPacket.receiverReport(
            ssrc: SynchronizationSource(rawValue: 0x1234_5678),
            [
                ReportBlock(
                    ssrc: ssrc, fractionLost: 64, cumulativeLost: 1, highestSequence: 9, jitter: 80,
                    lastSenderReport: UInt32(truncatingIfNeeded: report.ntpTime >> 16))
            ])
        control.send(RTCPPacket.datagram([answer]))
        control.send([0x80, 201, 0, 9])
        bench.settle()
        let figures = try #require(bench.statistics(leg))
        #expect(figures.reportedLoss == 0.25)
        #expect(figures.reportedJitterMilliseconds == 10)
        #expect((figures.roundTripMilliseconds ?? -1) >= 0 && (figures.roundTripMilliseconds ?? 9999) < 5000)
        #expect(figures.packetsLost == 2)
        #expect(figures.malformed == 1)
    }

    @Test("The far end is told when a leg ends")
    func saysGoodbye() throws {
        let bench = try MediaBench { $0.reportInterval = .seconds(600) }
        let port = try bench.loop.ports.open()
        let control = try TestPhone(server: port.number + 1)
        let leg = bench.loop.addLeg(port)
        var remote = MediaRemote(address: "127.0.0.1", port: 9, codec: .pcmu)
        remote.controlPort = control.port
        bench.loop.setRemote(leg, remote)
        bench.loop.removeLeg(leg)
        var isOver = false
        while !isOver, let bytes = control.receiveBytes() {
            let packets = bytes.withUnsafeBytes { RTCPPacket.parse($0) } ?? []
            isOver = packets.contains { if case .goodbye = $0 { true } else { false } }
        }
        #expect(isOver)
    }

    private func senderReport(
        _ phone: TestPhone
    ) throws -> (SynchronizationSource, RTCPPacket.SenderReport, ReportBlock)? {
        for _ in 0..<100 {
            guard let bytes = phone.receiveBytes() else { return nil }
            let packets = bytes.withUnsafeBytes { RTCPPacket.parse($0) } ?? []
            if case .senderReport(let ssrc, let report, let blocks) = packets.first, let block = blocks.first {
                #expect(packets.count == 2)
                return (ssrc, report, block)
            }
        }
        return nil
    }
}
