import Media

// Recorders of a leg, and the packets that they are shown.
extension MediaGraph {
    func record(_ id: RecordingID, _ plan: RecordingPlan, of slot: Int32) {
        guard let leg = table[slot] else { return }
        let file = RecordingFile(leg: leg.id, recording: id, plan: plan, queue: recordings, events: emit)
        leg.recorders.append(Recorder(id: id, content: plan.content, file: file))
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

    /// Shows a packet towards the far end to the leg's recorders; `law` is nil for one without sound.
    func recordSent(
        _ octets: UnsafeRawBufferPointer, _ header: OutgoingStream.Header, law: UInt8?, _ slot: Int32, at now: UInt64
    ) {
        guard let leg = table[slot] else { return }
        let core = core(slot)
        let full = RTPHeader(
            marker: header.marker, payloadType: core.pointee.payloadType,
            sequenceNumber: SequenceNumber(rawValue: header.sequence),
            timestamp: RTPTimestamp(rawValue: header.timestamp),
            ssrc: SynchronizationSource(rawValue: core.pointee.outgoing.ssrc))
        for recorder in leg.recorders { recorder.sent(octets, full, law: law, at: now) }
    }

    /// Called for audio of a leg that is recorded or listened to for digits.
    func received(
        _ octets: UnsafeMutableRawBufferPointer, _ header: RTPHeader, law: UInt8, _ slot: Int32, at now: UInt64
    ) {
        guard let leg = table[slot] else { return }
        for recorder in leg.recorders { recorder.received(UnsafeRawBufferPointer(octets), header, law: law, at: now) }
        if core(slot).pointee.taps.contains(.inBand) { detectDigits(UnsafeRawBufferPointer(octets), law: law, slot) }
    }

    /// Called for a telephone event of a leg that is recorded or whose digits are handled.
    func receivedEvent(
        _ octets: UnsafeMutableRawBufferPointer, _ header: RTPHeader, _ slot: Int32, at now: UInt64
    ) {
        guard let leg = table[slot] else { return }
        for recorder in leg.recorders { recorder.received(UnsafeRawBufferPointer(octets), header, law: nil, at: now) }
        if core(slot).pointee.taps.contains(.events) {
            takeEvent(UnsafeRawBufferPointer(octets), header, slot, at: now)
        }
    }
}
