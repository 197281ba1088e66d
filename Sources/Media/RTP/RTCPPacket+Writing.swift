extension RTCPPacket {
    /// The octets of a compound datagram; packets of other kinds are left out.
    ///
    /// A report carries 31 blocks at most, a name 255 octets; more is cut (RFC 3550 section 6.4).
    public static func datagram(_ packets: [RTCPPacket]) -> [UInt8] {
        var octets: [UInt8] = []
        for packet in packets { packet.append(to: &octets) }
        return octets
    }

    private func append(to octets: inout [UInt8]) {
        switch self {
        case .senderReport(let ssrc, let report, let blocks):
            var body: [UInt8] = []
            body.append(bigEndian: ssrc.rawValue)
            body.append(bigEndian: report.ntpTime)
            body.append(bigEndian: report.timestamp.rawValue)
            body.append(bigEndian: report.packetCount)
            body.append(bigEndian: report.octetCount)
            Self.append(type: 200, blocks: blocks, after: body, to: &octets)
        case .receiverReport(let ssrc, let blocks):
            var body: [UInt8] = []
            body.append(bigEndian: ssrc.rawValue)
            Self.append(type: 201, blocks: blocks, after: body, to: &octets)
        case .sourceDescription(let names):
            var body: [UInt8] = []
            for name in names.prefix(31) { Self.append(name, to: &body) }
            Self.append(type: 202, count: min(names.count, 31), body: body, to: &octets)
        case .goodbye(let sources):
            var body: [UInt8] = []
            for source in sources.prefix(31) { body.append(bigEndian: source.rawValue) }
            Self.append(type: 203, count: min(sources.count, 31), body: body, to: &octets)
        case .other:
            break
        }
    }

    private static func append(type: UInt8, blocks: [ReportBlock], after start: [UInt8], to octets: inout [UInt8]) {
        var body = start
        for block in blocks.prefix(31) {
            body.append(bigEndian: block.ssrc.rawValue)
            let lost = UInt32(bitPattern: block.cumulativeLost) & 0xFF_FFFF
            body.append(bigEndian: UInt32(block.fractionLost) << 24 | lost)
            body.append(bigEndian: block.highestSequence)
            body.append(bigEndian: block.jitter)
            body.append(bigEndian: block.lastSenderReport)
            body.append(bigEndian: block.delaySinceLastSenderReport)
        }
        append(type: type, count: min(blocks.count, 31), body: body, to: &octets)
    }

    private static func append(_ name: SourceName, to body: inout [UInt8]) {
        let text = name.canonicalName.utf8.prefix(255)
        body.append(bigEndian: name.ssrc.rawValue)
        body += [1, UInt8(text.count)]
        body += text
        repeat { body.append(0) } while !body.count.isMultiple(of: 4)
    }

    private static func append(type: UInt8, count: Int, body: [UInt8], to octets: inout [UInt8]) {
        octets += [0x80 | UInt8(count), type]
        octets.append(bigEndian: UInt16(truncatingIfNeeded: body.count / 4))
        octets += body
    }
}

extension [UInt8] {
    mutating func append(bigEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { self.append(contentsOf: $0) }
    }
}
