import CMediaIO
import Media

// RTCP: what is told to the far end and what it tells (RFC 3550, 6).
extension MediaGraph {
    /// Sends a sender or receiver report with the name of the source, and draws the time of the next (RFC 3550, 6.3.1).
    func sendReport(_ slot: Int32, _ leg: MediaLeg, at now: UInt64) {
        let mean = Double(configuration.reportInterval.microseconds)
        leg.nextReport = now &+ UInt64(mean * Double.random(in: 0.5..<1.5, using: &random))
        let core = core(slot)
        let ssrc = SynchronizationSource(rawValue: core.pointee.outgoing.ssrc)
        let blocks = core.pointee.incoming.makeReport(at: now).map { [$0] } ?? []
        let first: RTCPPacket
        if core.pointee.outgoing.packets > 0 {
            let report = RTCPPacket.SenderReport(
                ntpTime: media_ntp_now(), timestamp: RTPTimestamp(rawValue: core.pointee.outgoing.timestamp(at: now)),
                packetCount: UInt32(truncatingIfNeeded: core.pointee.outgoing.packets),
                octetCount: UInt32(truncatingIfNeeded: core.pointee.outgoing.octets))
            first = .senderReport(ssrc: ssrc, report, blocks)
        } else {
            first = .receiverReport(ssrc: ssrc, blocks)
        }
        send([first, name(of: leg, ssrc)], slot)
    }

    /// Tells the far end that the stream is over (RFC 3550, 6.6).
    func sendGoodbye(_ slot: Int32) {
        guard let leg = table[slot], core(slot).pointee.isAgreed else { return }
        let ssrc = SynchronizationSource(rawValue: core(slot).pointee.outgoing.ssrc)
        send([.receiverReport(ssrc: ssrc, []), name(of: leg, ssrc), .goodbye([ssrc])], slot)
    }

    /// A name that tells nothing but where the stream comes from (RFC 7022).
    private func name(of leg: MediaLeg, _ ssrc: SynchronizationSource) -> RTCPPacket {
        .sourceDescription([.init(ssrc: ssrc, canonicalName: "\(ssrc.rawValue)@\(leg.port.address)")])
    }

    private func send(_ packets: [RTCPPacket], _ slot: Int32) {
        let core = core(slot)
        var datagram = RTCPPacket.datagram(packets)
        var count = datagram.count
        if core.pointee.sealing != nil { datagram += [UInt8](repeating: 0, count: SRTPStream.trailer) }
        datagram.withUnsafeMutableBytes { octets in
            guard let start = octets.baseAddress else { return }
            if let sealing = core.pointee.sealing {
                guard let sealed = sealing.protectControl(start, count: count) else { return }
                count = sealed
            }
            _ = media_send(core.pointee.rtcp, start, count, &core.pointee.remoteControl)
        }
    }

    /// Takes a compound datagram of the far end; false when it is none.
    func receiveReport(_ datagram: UnsafeRawBufferPointer, _ slot: Int32, at now: UInt64) -> Bool {
        guard let leg = table[slot], let packets = RTCPPacket.parse(datagram) else { return false }
        let core = core(slot)
        core.pointee.arrivedAt = now
        for packet in packets {
            switch packet {
            case .senderReport(let source, let report, let blocks):
                core.pointee.incoming.receive(report, from: source, at: now)
                take(blocks, slot, leg)
            case .receiverReport(_, let blocks): take(blocks, slot, leg)
            case .sourceDescription, .goodbye, .other: break
            }
        }
        return true
    }

    private func take(_ blocks: [ReportBlock], _ slot: Int32, _ leg: MediaLeg) {
        let ssrc = core(slot).pointee.outgoing.ssrc
        guard let block = blocks.first(where: { $0.ssrc.rawValue == ssrc }) else { return }
        leg.farReport = block
        guard block.lastSenderReport != 0 else { return }
        // RFC 3550, 6.4.1: all three in 65536ths of a second, modulo 2^32.
        let now = UInt32(truncatingIfNeeded: media_ntp_now() >> 16)
        let trip = now &- block.lastSenderReport &- block.delaySinceLastSenderReport
        // Clocks of a far end that is off by a little make small trips negative.
        leg.roundTripMilliseconds = trip > 0x8000_0000 ? 0 : Double(trip) * 1000 / 65_536
    }
}

// MARK: - Figures

extension MediaGraph {
    func statistics(of slot: Int32) -> MediaStatistics? {
        guard let leg = table[slot] else { return nil }
        let core = core(slot)
        var figures = MediaStatistics()
        figures.packetsReceived = core.pointee.incoming.packets
        figures.bytesReceived = core.pointee.incoming.octets
        figures.packetsSent = core.pointee.outgoing.packets
        figures.bytesSent = core.pointee.outgoing.octets
        figures.packetsLost = core.pointee.incoming.lost
        figures.jitterMilliseconds = core.pointee.incoming.current.jitterMilliseconds
        figures.malformed = core.pointee.malformed
        figures.foreign = core.pointee.foreign
        figures.late = core.pointee.late
        figures.forged = core.pointee.forged
        figures.replayed = core.pointee.replayed
        figures.reportedLoss = leg.farReport.map { Double($0.fractionLost) / 256 }
        figures.reportedJitterMilliseconds = leg.farReport.map { Double($0.jitter) / 8 }
        figures.roundTripMilliseconds = leg.roundTripMilliseconds
        return figures
    }

    var loopStatistics: MediaLoopStatistics {
        var figures = MediaLoopStatistics()
        figures.legs = table.legCount
        figures.packetsReceived = sender.counters.pointee.received
        figures.packetsSent = sender.counters.pointee.sent
        figures.lateTicks = lateTicks
        figures.skippedTicks = skippedTicks
        return figures
    }
}
