import Media

// The clock of everything that is made here: one frame of 20 ms at every tick, for the legs that have work only.
extension MediaGraph {
    /// Ticks after which every leg was looked at once.
    static let sweepTicks = 50
    /// Frames of silence at most that a recording gets for ticks that were given up: a minute.
    private static let longestGap: UInt32 = 3000

    /// One tick; `frames` is more than 1 when ticks before it were given up.
    func tick(frames: UInt32, at now: UInt64) {
        tickCount &+= 1
        // What is heard is made first, then mixed, then sent and recorded.
        makeFrames()
        for conference in units.conferences { conference.mix() }
        // Backwards, because a leg whose work ends leaves the list and the last one takes its place.
        var index = table.active.count - 1
        while index >= 0 {
            if index < table.active.count { work(table.active[index], frames: frames, at: now) }
            index -= 1
        }
        for recorder in units.recorders { recorder.tick(frames: Int(min(frames, Self.longestGap))) }
        for stream in units.streamSinks { stream.tick(frames: Int(min(frames, Self.longestGap))) }
        table.forEach(remainder: tickCount % Self.sweepTicks, stride: Self.sweepTicks) { slot, leg in
            sweep(slot, leg, at: now)
        }
    }

    private func work(_ slot: Int32, frames: UInt32, at now: UInt64) {
        guard let leg = table[slot] else { return }
        let work = core(slot).pointee.work
        if work.contains(.player) { advance(leg, slot, isHeard: !work.contains(.digits), frames: frames, at: now) }
        if work.contains(.digits) {
            sendNextDigitPacket(leg, slot, at: now)
        } else if work.contains(.frames) {
            sendFrame(leg, slot, frames: frames, at: now)
        } else if work.contains(.silence) {
            sendSilence(slot, frames: frames, at: now)
        }
        if work.contains(.recorder) {
            for recorder in leg.recorders { recorder.tick(frames: Int(min(frames, Self.longestGap))) }
        }
    }

    private func advance(_ leg: MediaLeg, _ slot: Int32, isHeard: Bool, frames: UInt32, at now: UInt64) {
        guard let player = leg.player else { return }
        let core = core(slot)
        guard let frame = player.next() else {
            leg.player = nil
            table.removeWork(.player, from: slot)
            refreshSilence(slot)
            emit(.playbackFinished(leg.id, leg.playback))
            if core.pointee.work.contains(.silence) { sendSilence(slot, frames: frames, at: now) }
            return
        }
        guard isHeard, core.pointee.sends else { return }
        encode(frame, for: leg, slot)
        sendMadeFrame(slot, frames: frames, at: now)
    }

    func sendSilence(_ slot: Int32, frames: UInt32 = 1, at now: UInt64) {
        let core = core(slot)
        // Two legs that are silent at once do not hear the same noise.
        comfort.copy(tickCount &+ Int(slot) &* 7, codec: core.pointee.codec.audio, into: sender.framePayload)
        sendMadeFrame(slot, frames: frames, at: now)
    }

    /// Sends the frame in the sender's buffer and shows it to the recorders.
    func sendMadeFrame(_ slot: Int32, frames: UInt32 = 1, at now: UInt64) {
        let core = core(slot)
        let count = PacketSender.frameSize
        let header = core.pointee.outgoing.generate(duration: UInt32(count), frames: frames, at: now)
        sender.sendFrame(header, of: count, payloadType: core.pointee.payloadType, to: slot)
        guard core.pointee.work.contains(.recorder) else { return }
        recordSent(UnsafeRawBufferPointer(sender.framePayload), header, core.pointee.codec, slot, at: now)
    }

    /// Everything that may wait up to a second.
    private func sweep(_ slot: Int32, _ leg: MediaLeg, at now: UInt64) {
        let core = core(slot)
        guard core.pointee.isAgreed else { return }
        let silence = now &- core.pointee.arrivedAt
        if core.pointee.receives, !core.pointee.hasStopped, silence >= configuration.silenceTimeout.microseconds {
            core.pointee.hasStopped = true
            core.pointee.awaitsPacket = true
            emit(.rtpStopped(leg.id))
        }
        // A source that has fallen silent: keep the far end alive until it speaks again.
        if core.pointee.source != LegCore.nobody, now &- core.pointee.outgoing.sentAt > 500_000 {
            refreshSilence(slot)
        }
        if now >= leg.nextReport { sendReport(slot, leg, at: now) }
    }

    /// Called when a packet was forwarded to a leg that has work: silence ends, recorders see the packet.
    func forwarded(
        _ payload: UnsafeMutableRawPointer, _ count: Int, _ header: OutgoingStream.Header, _ codec: WireCodec?,
        _ slot: Int32, at now: UInt64
    ) {
        let core = core(slot)
        if core.pointee.work.contains(.silence) { table.removeWork(.silence, from: slot) }
        guard core.pointee.work.contains(.recorder) else { return }
        let octets = UnsafeRawBufferPointer(start: payload, count: count)
        recordSent(octets, header, codec == nil ? nil : core.pointee.codec, slot, at: now)
    }
}

extension Duration {
    /// Whole microseconds; 0 for a negative duration.
    var microseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(clamping: seconds) &* 1_000_000 &+ UInt64(clamping: attoseconds / 1_000_000_000_000)
    }
}
