import CallControl
import Media

// MARK: - From the far end

extension MediaGraph {
    func handleTones(_ kinds: Set<DTMFKind>, of slot: Int32) {
        guard let leg = table[slot] else { return }
        let core = core(slot)
        core.pointee.isMuted = false
        if kinds.isDisjoint(with: [.telephoneEvent, .inBand]) {
            leg.digitReceiver = nil
        } else if let receiver = leg.digitReceiver {
            receiver.setInBand(kinds.contains(.inBand))
        } else {
            leg.digitReceiver = DigitReceiver(kinds: kinds)
        }
        core.pointee.taps.subtract([.events, .inBand])
        if kinds.contains(.telephoneEvent) { core.pointee.taps.insert(.events) }
        if leg.digitReceiver?.detectsInBand == true { core.pointee.taps.insert(.inBand) }
    }

    func takeEvent(_ payload: UnsafeRawBufferPointer, _ header: RTPHeader, _ slot: Int32, at now: UInt64) {
        guard let leg = table[slot], let receiver = leg.digitReceiver else { return }
        let core = core(slot)
        if core.pointee.taps.contains(.inBand) {
            receiver.setInBand(false)
            core.pointee.taps.remove(.inBand)
            core.pointee.isMuted = false
        }
        guard let digit = receiver.receiveEvent(payload, header) else { return }
        emit(.digit(leg.id, digit, .telephoneEvent))
    }

    func detectDigits(_ octets: UnsafeRawBufferPointer, _ codec: WireCodec, _ slot: Int32) {
        guard let leg = table[slot], let receiver = leg.digitReceiver else { return }
        core(slot).pointee.isMuted = receiver.hear(octets, codec) { digit in
            emit(.digit(leg.id, digit, .inBand))
        }
    }
}

// MARK: - To the far end

extension MediaGraph {
    func sendDigits(_ digits: String, to slot: Int32) {
        guard let leg = table[slot] else { return }
        guard queue(DialString(digits), leg, slot) else { return emit(.digitsSent(leg.id)) }
        leg.reportsDigitsSent = true
    }

    /// Plays a telephone event of the leg's source as a tone, or reports it, for a far end that takes no events.
    func playEvent(_ payload: UnsafeRawBufferPointer, _ header: RTPHeader, to slot: Int32) {
        guard let leg = table[slot], let digit = leg.sourceEvents.receive(payload, header: header) else { return }
        if leg.reportsSourceDigits { return emit(.sourceDigit(leg.id, digit.character)) }
        _ = queue(DialString(String(digit.character)), leg, slot)
    }

    /// False when there is nothing to send.
    private func queue(_ digits: DialString, _ leg: MediaLeg, _ slot: Int32) -> Bool {
        let takesEvents = core(slot).pointee.eventType != LegCore.noPayloadType
        guard !digits.items.isEmpty, var sender = leg.digitSender ?? DigitSender(takesEvents: takesEvents) else {
            return false
        }
        sender.send(digits)
        leg.digitSender = sender
        table.addWork(.digits, to: slot)
        return true
    }

    /// One tick of a leg whose digits go out: an event, a frame of tones or the silence between them.
    func sendNextDigitPacket(_ leg: MediaLeg, _ slot: Int32, at now: UInt64) {
        guard let sender = leg.digitSender, sender.isBusy else {
            leg.digitSender = nil
            table.removeWork(.digits, from: slot)
            core(slot).pointee.outgoing.switchSource()
            if leg.reportsDigitsSent { emit(.digitsSent(leg.id)) }
            leg.reportsDigitsSent = false
            return
        }
        switch sender {
        case .events(var events):
            let packet = events.tick(at: RTPTimestamp(rawValue: core(slot).pointee.outgoing.timestamp(at: now)))
            leg.digitSender = .events(events)
            sendEvent(packet, slot, at: now)
        case .tones(let generator):
            withUnsafeTemporaryAllocation(of: Int16.self, capacity: PacketSender.frameSize) { samples in
                generator.fill(samples)
                encode(SoundFrame(samples), for: leg, slot)
            }
            if core(slot).pointee.sends { sendMadeFrame(slot, at: now) }
        }
    }

    private func sendEvent(_ packet: TelephoneEventSender.Packet?, _ slot: Int32, at now: UInt64) {
        let core = core(slot)
        guard core.pointee.sends else { return }
        guard let packet, core.pointee.eventType != LegCore.noPayloadType else { return sendSilence(slot, at: now) }
        let count = packet.event.write(into: sender.framePayload)
        let header = core.pointee.outgoing.event(
            timestamp: packet.timestamp.rawValue, marker: packet.marker, at: now)
        sender.sendFrame(header, of: count, payloadType: core.pointee.eventType, to: slot)
        guard core.pointee.work.contains(.recorder) else { return }
        recordSent(UnsafeRawBufferPointer(sender.framePayload), header, nil, slot, at: now)
    }
}
