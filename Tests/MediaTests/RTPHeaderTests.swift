import Media
import Testing

@Suite struct RTPHeaderTests {
    static func parse(_ bytes: [UInt8]) -> RTPHeader? { bytes.withUnsafeBytes { RTPHeader(parsing: $0) } }

    static let header = RTPHeader(
        marker: true, payloadType: 101, sequenceNumber: SequenceNumber(rawValue: 0xABCD),
        timestamp: RTPTimestamp(rawValue: 0x0102_0304), ssrc: SynchronizationSource(rawValue: 0xDEAD_BEEF))

    @Test func `A header is written as RFC 3550 draws it and read again`() throws {
        var bytes = [UInt8](repeating: 0, count: 16)
        #expect(bytes.withUnsafeMutableBytes { Self.header.write(into: $0) } == 12)
        #expect(bytes.prefix(12) == [0x80, 0xE5, 0xAB, 0xCD, 1, 2, 3, 4, 0xDE, 0xAD, 0xBE, 0xEF])
        let read = try #require(Self.parse(bytes))
        #expect(read.marker && read.payloadType == 101 && read.sequenceNumber.rawValue == 0xABCD)
        #expect(read.timestamp.rawValue == 0x0102_0304 && read.ssrc.rawValue == 0xDEAD_BEEF)
        #expect(read.payload == 12..<16)
    }

    @Test func `A buffer that is too short is left alone`() {
        var bytes = [UInt8](repeating: 7, count: 11)
        #expect(bytes.withUnsafeMutableBytes { Self.header.write(into: $0) } == 0)
        #expect(bytes == [UInt8](repeating: 7, count: 11))
    }

    @Test func `Contributing sources, extension and padding do not belong to the payload`() {
        var bytes = [UInt8](repeating: 0, count: 12)
        _ = bytes.withUnsafeMutableBytes { Self.header.write(into: $0) }
        bytes[0] = 0x80 | 0x20 | 0x10 | 2
        bytes += [0, 0, 0, 1, 0, 0, 0, 2]
        bytes += [0xBE, 0xDE, 0, 1, 9, 9, 9, 9]
        bytes += [5, 6, 7, 0, 0, 3]
        #expect(Self.parse(bytes)?.payload == 28..<31)
    }

    @Test(arguments: [
        [UInt8](repeating: 0x80, count: 11), [UInt8](repeating: 0x40, count: 20),
        [0x8F] + [UInt8](repeating: 0, count: 40), [0x90] + [UInt8](repeating: 0, count: 13),
        [0x90] + [UInt8](repeating: 0, count: 13) + [0xFF, 0xFF],
        [0xA0] + [UInt8](repeating: 0, count: 15), [0xA0] + [UInt8](repeating: 0, count: 14) + [5],
    ])
    func `Lengths that do not fit are refused`(bytes: [UInt8]) {
        #expect(Self.parse(bytes) == nil)
    }

    @Test func `Any octets are read without leaving the packet`() {
        var generator = SeededGenerator(seed: 1)
        var accepted = 0
        for _ in 0..<20_000 {
            var bytes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            if !bytes.isEmpty { bytes[0] = bytes[0] & 0x3F | 0x80 }
            guard let header = Self.parse(bytes) else { continue }
            accepted += 1
            #expect(header.payload.lowerBound >= 12 && header.payload.upperBound <= bytes.count)
        }
        #expect(accepted > 500)
    }

    @Test func `Counters wrap and keep their order`() {
        let last = SequenceNumber(rawValue: 65_535)
        #expect(last.advanced(by: 1).rawValue == 0)
        #expect(last.distance(to: SequenceNumber(rawValue: 4)) == 5)
        #expect(SequenceNumber(rawValue: 4).distance(to: last) == -5)
        let clock = RTPTimestamp(rawValue: .max)
        #expect(clock.advanced(by: 160).rawValue == 159)
        #expect(clock.distance(to: RTPTimestamp(rawValue: 159)) == 160)
        #expect(RTPTimestamp(rawValue: 159).distance(to: clock) == -160)
        #expect(RTPTimestamp(rawValue: 0).distance(to: RTPTimestamp(rawValue: 0x8000_0000)) == -0x8000_0000)
    }
}
