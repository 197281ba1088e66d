import Media

// Recorders of a leg, and the packets that they are shown.
extension MediaGraph {
    func record(_ id: RecordingID, _ plan: RecordingPlan, of slot: Int32) {
        guard let leg = table[slot] else { return }
        let (emit, owner) = (emit, leg.id)
        let file = RecordingFile(plan: plan, queue: recordings) { outcome in
            switch outcome {
            case .started: emit(.recordStarted(owner, id))
            case .stopped(let milliseconds): emit(.recordStopped(owner, id, durationMilliseconds: milliseconds))
            case .failed(let reason): emit(.recordFailed(owner, id, reason))
            }
        }
        leg.recorders.append(Recorder(id: id, plan: plan, file: file))
        table.addWork(.recorder, to: slot)
        core(slot).pointee.taps.insert(.recorder)
    }

    func stopRecording(_ id: RecordingID, of slot: Int32) {
        guard let leg = table[slot], let index = leg.recorders.firstIndex(where: { $0.id == id }) else { return }
        leg.recorders.remove(at: index).stop()
        guard leg.recorders.isEmpty else { return }
        table.removeWork(.recorder, from: slot)
        core(slot).pointee.taps.remove(.recorder)
    }

    /// Shows a packet towards the far end to the leg's recorders; `codec` is nil for one without sound.
    func recordSent(
        _ octets: UnsafeRawBufferPointer, _ header: OutgoingStream.Header, _ codec: WireCodec?, _ slot: Int32,
        at now: UInt64
    ) {
        guard let leg = table[slot] else { return }
        let core = core(slot)
        let full = RTPHeader(
            marker: header.marker, payloadType: core.pointee.payloadType,
            sequenceNumber: SequenceNumber(rawValue: header.sequence),
            timestamp: RTPTimestamp(rawValue: header.timestamp),
            ssrc: SynchronizationSource(rawValue: core.pointee.outgoing.ssrc))
        for recorder in leg.recorders { recorder.sent(octets, full, codec, at: now) }
    }

    /// Called for audio of a leg that is recorded or listened to for digits.
    func received(
        _ octets: UnsafeMutableRawBufferPointer, _ header: RTPHeader, _ codec: WireCodec, _ slot: Int32, at now: UInt64
    ) {
        guard let leg = table[slot] else { return }
        for recorder in leg.recorders { recorder.received(UnsafeRawBufferPointer(octets), header, codec, at: now) }
        if core(slot).pointee.taps.contains(.inBand) { detectDigits(UnsafeRawBufferPointer(octets), codec, slot) }
    }

    /// Called for the same audio as it is passed on, without digits that are reported.
    func listened(
        _ octets: UnsafeMutableRawBufferPointer, _ header: RTPHeader, _ codec: WireCodec, _ slot: Int32, at now: UInt64
    ) {
        guard core(slot).pointee.taps.contains(.ear) else { return }
        table[slot]?.ear?.insert(UnsafeRawBufferPointer(octets), header, codec: codec, at: now)
    }

    /// Called for a telephone event of a leg that is recorded, heard in frames or whose digits are handled.
    func receivedEvent(
        _ octets: UnsafeMutableRawBufferPointer, _ header: RTPHeader, _ slot: Int32, at now: UInt64
    ) {
        guard let leg = table[slot] else { return }
        for recorder in leg.recorders { recorder.received(UnsafeRawBufferPointer(octets), header, nil, at: now) }
        leg.ear?.insert(UnsafeRawBufferPointer(octets), header, codec: nil, at: now)
        if core(slot).pointee.taps.contains(.events) {
            takeEvent(UnsafeRawBufferPointer(octets), header, slot, at: now)
        } else {
            // Legs that hear packets have got the event already.
            for case .leg(let listener) in leg.listeners {
                if let slot = table.slot(of: listener) { playEvent(UnsafeRawBufferPointer(octets), header, to: slot) }
            }
        }
    }
}
