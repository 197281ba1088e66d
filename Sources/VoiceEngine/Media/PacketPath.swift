import CMediaIO
import Media

/// The way of a packet from one socket to the next: read, check, count, rewrite, send.
///
/// Two system calls a packet; no lock, no allocation, no dictionary. What is out of the ordinary (first packet, digits,
/// recording) goes to the ``MediaGraph``, after the packet itself has been passed on.
final class PacketPath {
    private static let capacity = PacketSender.mostOctets
    /// Comfort noise (RFC 3389): the far end is alive but silent.
    private static let comfortNoise: UInt8 = 13

    private let cores: UnsafeMutablePointer<LegCore>
    private let counters: UnsafeMutablePointer<PacketCounters>
    private let packet: UnsafeMutableRawBufferPointer
    private let transcoded: UnsafeMutableRawBufferPointer
    private let from: UnsafeMutablePointer<media_address>
    private let sender: PacketSender
    private let graph: MediaGraph

    init(graph: MediaGraph) {
        self.graph = graph
        sender = graph.sender
        cores = graph.table.cores
        counters = graph.sender.counters
        packet = .allocate(byteCount: Self.capacity, alignment: 16)
        transcoded = .allocate(byteCount: Self.capacity, alignment: 16)
        from = .allocate(capacity: 1)
        from.initialize(to: media_address())
    }

    deinit {
        packet.deallocate()
        transcoded.deallocate()
        from.deallocate()
    }

    /// Handles one datagram of the leg's RTP socket.
    func receive(_ slot: Int32, at now: UInt64) {
        let core = cores + Int(slot)
        let count = media_receive(core.pointee.rtp, packet.baseAddress, Self.capacity, from)
        guard count >= 0 else { return }
        counters.pointee.received &+= 1
        guard let count = opened(min(count, Self.capacity + 1), core) else { return }
        let datagram = UnsafeRawBufferPointer(start: packet.baseAddress, count: min(count, Self.capacity))
        guard count <= Self.capacity, let header = RTPHeader(parsing: datagram) else {
            core.pointee.malformed &+= 1
            return
        }
        let content = Content(payloadType: header.payloadType, core)
        guard content != .unknown else { return refuse(datagram, slot, at: now) }
        guard comesFromFarEnd(core, at: now) else {
            core.pointee.foreign &+= 1
            return
        }
        account(header, slot, core, at: now)
        guard core.pointee.receives else { return }
        pass(content, header, slot, core, at: now)
    }

    /// Handles one datagram of the leg's RTCP socket.
    func receiveControl(_ slot: Int32, at now: UInt64) {
        let core = cores + Int(slot)
        let count = media_receive(core.pointee.rtcp, packet.baseAddress, Self.capacity, from)
        guard count >= 0, count <= Self.capacity else { return }
        guard core.pointee.isAgreed, media_same_host(from, &core.pointee.remote) else {
            core.pointee.foreign &+= 1
            return
        }
        guard let length = openedControl(count, core) else { return }
        let datagram = UnsafeRawBufferPointer(start: packet.baseAddress, count: length)
        guard graph.receiveReport(datagram, slot, at: now) else {
            core.pointee.malformed &+= 1
            return
        }
        core.pointee.remoteControl = from.pointee
    }

    /// What a payload type means on a leg.
    private enum Content: Equatable {
        case audio(WireCodec)
        case event
        case silence
        case unknown

        /// The static numbers are taken too: some phones send another codec of an answer that named several.
        @inline(__always)
        init(payloadType: UInt8, _ core: UnsafeMutablePointer<LegCore>) {
            if payloadType == core.pointee.receivePayloadType {
                self = .audio(core.pointee.codec)
            } else if payloadType == core.pointee.receiveEventType {
                self = .event
            } else if let codec = WireCodec(payloadType: payloadType) {
                self = .audio(codec)
            } else {
                self = payloadType == PacketPath.comfortNoise ? .silence : .unknown
            }
        }
    }

    /// RTCP that arrives multiplexed (RFC 5761, 4) is no garbage.
    private func refuse(_ datagram: UnsafeRawBufferPointer, _ slot: Int32, at now: UInt64) {
        let core = cores + Int(slot)
        if RTCPPacket.isRTCP(datagram), core.pointee.isAgreed, media_same_address(from, &core.pointee.remote) {
            guard let length = openedControl(datagram.count, core) else { return }
            let report = UnsafeRawBufferPointer(start: packet.baseAddress, count: length)
            if graph.receiveReport(report, slot, at: now) { return }
        }
        core.pointee.malformed &+= 1
    }

    /// Decrypts the packet that was read; nil when it is not the far end's. Plain packets and RTCP stay as they are.
    ///
    /// Before anything else, so that nobody's address is learned who has not the key.
    @inline(__always)
    private func opened(_ count: Int, _ core: UnsafeMutablePointer<LegCore>) -> Int? {
        guard let opening = core.pointee.opening, let start = packet.baseAddress, count <= Self.capacity,
            !RTCPPacket.isRTCP(UnsafeRawBufferPointer(start: start, count: count))
        else { return count }
        return note(opening.unprotect(start, count: count), core)
    }

    private func openedControl(_ count: Int, _ core: UnsafeMutablePointer<LegCore>) -> Int? {
        guard let opening = core.pointee.opening, let start = packet.baseAddress else { return count }
        return note(opening.unprotectControl(start, count: count), core)
    }

    @inline(__always)
    private func note(_ result: Result<Int, SRTPStream.Failure>, _ core: UnsafeMutablePointer<LegCore>) -> Int? {
        switch result {
        case .success(let count): return count
        case .failure(.replayed): core.pointee.replayed &+= 1
        case .failure(.forged): core.pointee.forged &+= 1
        }
        return nil
    }

    @inline(__always)
    private func comesFromFarEnd(_ core: UnsafeMutablePointer<LegCore>, at now: UInt64) -> Bool {
        if core.pointee.learning.fit != .none, media_same_address(from, &core.pointee.remote) { return true }
        return learn(core, at: now)
    }

    @inline(never)
    private func learn(_ core: UnsafeMutablePointer<LegCore>, at now: UInt64) -> Bool {
        guard core.pointee.isAgreed else { return false }
        let fit: SourceLearning.Fit
        if media_same_address(from, &core.pointee.signalled) {
            fit = .exact
        } else {
            guard !core.pointee.isFixed, !media_same_address(from, &core.pointee.former) else { return false }
            fit = media_same_host(from, &core.pointee.signalled) ? .host : .stranger
        }
        guard core.pointee.learning.accept(fit, at: now) else { return false }
        if fit != .exact {
            core.pointee.remoteControl = from.pointee
            media_address_set_port(&core.pointee.remoteControl, media_address_port(from) &+ 1)
        }
        core.pointee.remote = from.pointee
        return true
    }

    @inline(__always)
    private func account(
        _ header: RTPHeader, _ slot: Int32, _ core: UnsafeMutablePointer<LegCore>, at now: UInt64
    ) {
        core.pointee.incoming.receive(header, at: now)
        core.pointee.arrivedAt = now
        if core.pointee.awaitsPacket { graph.packetArrived(slot) }
    }

    @inline(__always)
    private func pass(
        _ content: Content, _ header: RTPHeader, _ slot: Int32, _ core: UnsafeMutablePointer<LegCore>, at now: UInt64
    ) {
        switch content {
        case .audio(let codec):
            if codec != core.pointee.heard { graph.hears(codec, slot) }
            guard !core.pointee.isMuted else { return muted(header, codec, slot, at: now) }
            forward(header, codec, from: core, at: now)
            if !core.pointee.taps.isEmpty {
                graph.received(payload(header), header, codec, slot, at: now)
                graph.listened(payload(header), header, codec, slot, at: now)
            }
        case .event:
            if core.pointee.taps.contains(.events) {
                omit(from: core)
            } else {
                forward(header, nil, from: core, at: now)
            }
            if !core.pointee.taps.isEmpty { graph.receivedEvent(payload(header), header, slot, at: now) }
        case .silence, .unknown:
            omit(from: core)
        }
    }

    private func payload(_ header: RTPHeader) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: packet[header.payload])
    }

    /// Audio while an in-band digit sounds: listeners get silence in its place, detection goes on.
    private func muted(_ header: RTPHeader, _ codec: WireCodec, _ slot: Int32, at now: UInt64) {
        let core = cores + Int(slot)
        graph.received(payload(header), header, codec, slot, at: now)
        if core.pointee.isMuted { codec.silence(payload(header)) }
        forward(header, codec, from: core, at: now)
        graph.listened(payload(header), header, codec, slot, at: now)
    }

    @inline(__always)
    private func omit(from core: UnsafeMutablePointer<LegCore>) {
        var listener = core.pointee.firstListener
        while listener != LegCore.nobody {
            let target = cores + Int(listener)
            target.pointee.outgoing.omitted()
            listener = target.pointee.nextListener
        }
    }

    /// Passes audio (`codec` set) or a telephone event (`codec` nil) on to all listeners.
    @inline(__always)
    private func forward(
        _ header: RTPHeader, _ codec: WireCodec?, from core: UnsafeMutablePointer<LegCore>, at now: UInt64
    ) {
        var listener = core.pointee.firstListener
        while listener != LegCore.nobody {
            let target = cores + Int(listener)
            deliver(header, codec, to: target, listener, at: now)
            listener = target.pointee.nextListener
        }
    }

    @inline(__always)
    private func deliver(
        _ header: RTPHeader, _ codec: WireCodec?, to target: UnsafeMutablePointer<LegCore>, _ slot: Int32,
        at now: UInt64
    ) {
        let type = codec == nil ? target.pointee.eventType : target.pointee.payloadType
        guard target.pointee.sends, !target.pointee.work.contains(.digits), type != LegCore.noPayloadType else {
            if type == LegCore.noPayloadType {
                graph.playEvent(UnsafeRawBufferPointer(payload(header)), header, to: slot)
            }
            return target.pointee.outgoing.omitted()
        }
        let count = header.payload.count
        guard
            let next = target.pointee.outgoing.forward(
                sequence: header.sequenceNumber.rawValue, timestamp: header.timestamp.rawValue,
                ssrc: header.ssrc.rawValue, marker: header.marker,
                duration: codec == nil ? UInt32(PacketSender.frameSize) : UInt32(truncatingIfNeeded: count), at: now)
        else {
            target.pointee.late &+= 1
            return
        }
        guard let start = bytes(header, codec, for: target) else { return }
        sender.send(start, count, next, payloadType: type, to: target)
        if !target.pointee.work.isEmpty { graph.forwarded(start + RTPHeader.size, count, next, codec, slot, at: now) }
    }

    /// Where the outgoing packet starts: in place, or a copy in the other law. Room for the header precedes the payload.
    @inline(__always)
    private func bytes(
        _ header: RTPHeader, _ codec: WireCodec?, for target: UnsafeMutablePointer<LegCore>
    ) -> UnsafeMutableRawPointer? {
        guard let base = packet.baseAddress, let copy = transcoded.baseAddress else { return nil }
        let payload = base + header.payload.lowerBound
        guard let codec, codec != target.pointee.codec, let law = codec.law else { return payload - RTPHeader.size }
        (copy + RTPHeader.size).copyMemory(from: payload, byteCount: header.payload.count)
        let octets = UnsafeMutableRawBufferPointer(start: copy + RTPHeader.size, count: header.payload.count)
        law.transcode(octets)
        return copy
    }
}
