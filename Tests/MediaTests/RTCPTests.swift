import Media
import Testing

@Suite struct RTCPTests {
    static func parse(_ bytes: [UInt8]) -> [RTCPPacket]? { bytes.withUnsafeBytes { RTCPPacket.parse($0) } }

    static let block = ReportBlock(
        ssrc: SynchronizationSource(rawValue: 7), fractionLost: 64, cumulativeLost: -3, highestSequence: 0x0001_0005,
        jitter: 12, lastSenderReport: 0x1111_2222, delaySinceLastSenderReport: 65_536)
    static let compound: [RTCPPacket] = [
        .senderReport(
            ssrc: SynchronizationSource(rawValue: 1),
            RTCPPacket.SenderReport(
                ntpTime: 0x0102_0304_0506_0708, timestamp: RTPTimestamp(rawValue: 160), packetCount: 9, octetCount: 1440
            ),
            [block]),
        .receiverReport(ssrc: SynchronizationSource(rawValue: 1), [block, block]),
        .sourceDescription([
            RTCPPacket.SourceName(ssrc: SynchronizationSource(rawValue: 1), canonicalName: "abc"),
            RTCPPacket.SourceName(ssrc: SynchronizationSource(rawValue: 2), canonicalName: "a longer name"),
        ]),
        .goodbye([SynchronizationSource(rawValue: 1), SynchronizationSource(rawValue: 2)]),
    ]

    @Test func `A compound datagram is read as it was written`() {
        let bytes = RTCPPacket.datagram(Self.compound)
        #expect(bytes.count.isMultiple(of: 4))
        #expect(Self.parse(bytes) == Self.compound)
        #expect(bytes.withUnsafeBytes { RTCPPacket.isRTCP($0) })
    }

    @Test func `A receiver report has the octets that RFC 3550 draws`() {
        let bytes = RTCPPacket.datagram([.receiverReport(ssrc: SynchronizationSource(rawValue: 1), [Self.block])])
        #expect(
            bytes == [
                0x81, 201, 0, 7, 0, 0, 0, 1, 0, 0, 0, 7, 64, 0xFF, 0xFF, 0xFD, 0, 1, 0, 5, 0, 0, 0, 12,
                0x11, 0x11, 0x22, 0x22, 0, 1, 0, 0,
            ])
    }

    @Test func `Other packets, padding and a reason for leaving are skipped`() {
        let bytes: [UInt8] = [
            0x80, 206, 0, 1, 0, 0, 0, 1,
            0xA1, 203, 0, 4, 0, 0, 0, 9, 3, 0x62, 0x79, 0x65, 0, 0, 0, 0, 0, 0, 0, 4,
        ]
        #expect(Self.parse(bytes) == [.other(206), .goodbye([SynchronizationSource(rawValue: 9)])])
    }

    @Test func `RTP on a shared port is not taken for RTCP`() {
        let rtp: [UInt8] = [0x80, 0x80 | 101, 0, 1, 0, 0, 0, 0]
        #expect(!rtp.withUnsafeBytes { RTCPPacket.isRTCP($0) })
        #expect(![UInt8]([0x80]).withUnsafeBytes { RTCPPacket.isRTCP($0) })
    }

    @Test func `A cut datagram is refused at every length that cuts a packet`() {
        let bytes = RTCPPacket.datagram(Self.compound)
        for length in 0..<bytes.count {
            let read = Self.parse(Array(bytes.prefix(length)))
            #expect(read == nil || RTCPPacket.datagram(read ?? []) == Array(bytes.prefix(length)))
        }
    }

    @Test func `Mutated datagrams never trap`() {
        let original = RTCPPacket.datagram(Self.compound)
        var generator = SeededGenerator(seed: 3)
        var readable = 0
        for _ in 0..<20_000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            if let packets = Self.parse(bytes) {
                readable += 1
                _ = RTCPPacket.datagram(packets)
            }
        }
        #expect(readable > 1000)
    }
}
