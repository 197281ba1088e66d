extension RTCPPacket {
    /// Most packets that are read from one datagram.
    public static let maximumPackets = 32

    /// Reads a compound datagram; nil when a length does not fit or a version is not 2 (RFC 3550 appendix A.2).
    ///
    /// A first packet of any type is taken, as reduced-size RTCP allows (RFC 5506).
    public static func parse(_ datagram: UnsafeRawBufferPointer) -> [RTCPPacket]? {
        var packets: [RTCPPacket] = []
        var offset = 0
        while offset < datagram.count {
            guard packets.count < maximumPackets, datagram.count - offset >= 4, datagram[offset] >> 6 == 2 else {
                return nil
            }
            let length = 4 + 4 * Int(datagram.bigEndian16(at: offset + 2))
            guard length <= datagram.count - offset else { return nil }
            let packet = UnsafeRawBufferPointer(rebasing: datagram[offset..<offset + length])
            guard let body = withoutPadding(packet), let read = read(body) else { return nil }
            packets.append(read)
            offset += length
        }
        return packets.isEmpty ? nil : packets
    }

    private static func withoutPadding(_ packet: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard packet[0] & 0x20 != 0 else { return packet }
        let padding = Int(packet[packet.count - 1])
        guard padding > 0, padding.isMultiple(of: 4), padding <= packet.count - 4 else { return nil }
        return UnsafeRawBufferPointer(rebasing: packet[..<(packet.count - padding)])
    }

    private static func read(_ packet: UnsafeRawBufferPointer) -> RTCPPacket? {
        let count = Int(packet[0] & 0x1F)
        switch packet[1] {
        case 200:
            guard packet.count >= 28, let blocks = blocks(in: packet, from: 28, count: count) else { return nil }
            return .senderReport(ssrc: source(in: packet, at: 4), senderReport(in: packet), blocks)
        case 201:
            guard packet.count >= 8, let blocks = blocks(in: packet, from: 8, count: count) else { return nil }
            return .receiverReport(ssrc: source(in: packet, at: 4), blocks)
        case 202:
            return names(in: packet, chunks: count).map { .sourceDescription($0) }
        case 203:
            guard packet.count >= 4 + 4 * count else { return nil }
            return .goodbye((0..<count).map { source(in: packet, at: 4 + 4 * $0) })
        default:
            return .other(packet[1])
        }
    }

    private static func source(in packet: UnsafeRawBufferPointer, at offset: Int) -> SynchronizationSource {
        SynchronizationSource(rawValue: packet.bigEndian32(at: offset))
    }

    private static func senderReport(in packet: UnsafeRawBufferPointer) -> SenderReport {
        SenderReport(
            ntpTime: UInt64(packet.bigEndian32(at: 8)) << 32 | UInt64(packet.bigEndian32(at: 12)),
            timestamp: RTPTimestamp(rawValue: packet.bigEndian32(at: 16)),
            packetCount: packet.bigEndian32(at: 20), octetCount: packet.bigEndian32(at: 24))
    }

    private static func blocks(in packet: UnsafeRawBufferPointer, from start: Int, count: Int) -> [ReportBlock]? {
        guard packet.count - start >= count * ReportBlock.size else { return nil }
        return (0..<count).map { index in
            let offset = start + index * ReportBlock.size
            let loss = packet.bigEndian32(at: offset + 4)
            return ReportBlock(
                ssrc: source(in: packet, at: offset), fractionLost: UInt8(loss >> 24),
                cumulativeLost: Int32(bitPattern: loss << 8) >> 8, highestSequence: packet.bigEndian32(at: offset + 8),
                jitter: packet.bigEndian32(at: offset + 12), lastSenderReport: packet.bigEndian32(at: offset + 16),
                delaySinceLastSenderReport: packet.bigEndian32(at: offset + 20))
        }
    }

    /// Chunks of SSRC and items; a zero octet ends the items and pads to the next multiple of four.
    private static func names(in packet: UnsafeRawBufferPointer, chunks: Int) -> [SourceName]? {
        var names: [SourceName] = []
        var offset = 4
        for _ in 0..<chunks {
            guard packet.count - offset >= 4 else { return nil }
            let ssrc = source(in: packet, at: offset)
            offset += 4
            while offset < packet.count, packet[offset] != 0 {
                guard packet.count - offset >= 2 else { return nil }
                let end = offset + 2 + Int(packet[offset + 1])
                guard end <= packet.count else { return nil }
                if packet[offset] == 1 {
                    let text = String(decoding: packet[(offset + 2)..<end], as: UTF8.self)
                    names.append(SourceName(ssrc: ssrc, canonicalName: text))
                }
                offset = end
            }
            offset = (offset / 4 + 1) * 4
        }
        return names
    }
}
