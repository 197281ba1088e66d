import Media

// What a leg hears: another leg, a unit, a player of its own or nothing; a new source silently replaces the old one.
extension MediaGraph {
    func hear(_ source: MediaNode, _ slot: Int32) {
        guard let leg = table[slot], leg.source != source else {
            // Scripts connect again what is connected; the listener must not hear that.
            return
        }
        clearSource(slot)
        leg.source = source
        wire(slot)
        // Silence goes on until the first packet of the source.
        refreshSilence(slot)
    }

    func stopHearing(_ source: MediaNode, _ slot: Int32) {
        guard let leg = table[slot], leg.source == source else { return }
        unwire(slot)
        leg.source = nil
        refreshSilence(slot)
    }

    func play(_ sound: Sound, _ playback: PlaybackID, to slot: Int32) {
        guard let leg = table[slot] else { return }
        clearSource(slot)
        leg.player = Player(sound)
        leg.playback = playback
        table.addWork(.player, to: slot)
        refreshSilence(slot)
        emit(.playbackStarted(leg.id, playback, durationMilliseconds: sound.durationMilliseconds))
    }

    func stopPlayback(_ slot: Int32) {
        guard let leg = table[slot], leg.player != nil else { return }
        leg.player = nil
        table.removeWork(.player, from: slot)
        refreshSilence(slot)
    }

    func clear(_ slot: Int32) {
        clearSource(slot)
        refreshSilence(slot)
    }

    func clearSource(_ slot: Int32) {
        unwire(slot)
        table[slot]?.source = nil
        table[slot]?.player = nil
        table.removeWork(.player, from: slot)
    }

    /// Turns silence on where nothing else is sent, off where a player sends, frames come or nothing may be sent.
    func refreshSilence(_ slot: Int32) {
        guard let leg = table[slot] else { return }
        let isIdle = leg.player == nil && leg.frameSource == nil
        if configuration.sendsSilence, core(slot).pointee.sends, isIdle {
            table.addWork(.silence, to: slot)
        } else {
            table.removeWork(.silence, from: slot)
        }
    }
}

// MARK: - By packets or by frames

extension MediaGraph {
    /// Has packets of the leg's source passed to it where both speak the same; frames made for it otherwise.
    private func wire(_ slot: Int32) {
        guard let leg = table[slot], let source = leg.source else { return }
        if case .leg(let other) = source {
            guard let from = table.slot(of: other) else { return }
            if core(from).pointee.heard.passes(to: core(slot).pointee.codec) { return pass(from, to: slot) }
        }
        leg.frameSource = soundSource(of: source)
        guard leg.frameSource != nil else { return }
        addListener(.leg(leg.id), to: source)
        table.addWork(.frames, to: slot)
    }

    private func unwire(_ slot: Int32) {
        guard let leg = table[slot], let source = leg.source else { return }
        if leg.frameSource != nil {
            leg.frameSource = nil
            leg.sharesFrames = false
            table.removeWork(.frames, from: slot)
            removeListener(.leg(leg.id), from: source)
            core(slot).pointee.outgoing.switchSource()
        } else {
            unlink(slot)
        }
    }

    /// The leg's codec has changed, or that of the far end's packets: the ways to and from it may have to, as well.
    func rewire(_ slot: Int32) {
        guard let leg = table[slot] else { return }
        rewireSink(slot)
        var packetListeners: [Int32] = []
        var listener = core(slot).pointee.firstListener
        while listener != LegCore.nobody {
            packetListeners.append(listener)
            listener = core(listener).pointee.nextListener
        }
        for listener in packetListeners { rewireSink(listener) }
        for case .leg(let listener) in leg.listeners {
            if let slot = table.slot(of: listener) { rewireSink(slot) }
        }
    }

    /// Changes the way of what a leg hears, if it is the wrong one now.
    private func rewireSink(_ slot: Int32) {
        guard let leg = table[slot], case .leg(let source) = leg.source, let from = table.slot(of: source) else {
            return
        }
        let passes = core(from).pointee.heard.passes(to: core(slot).pointee.codec)
        guard passes != (leg.frameSource == nil) else { return }
        unwire(slot)
        wire(slot)
        refreshSilence(slot)
    }

    /// Called when a far end sends another codec than before.
    func hears(_ codec: WireCodec, _ slot: Int32) {
        core(slot).pointee.heard = codec
        rewire(slot)
    }

    private func pass(_ from: Int32, to slot: Int32) {
        core(slot).pointee.source = from
        core(slot).pointee.nextListener = core(from).pointee.firstListener
        core(from).pointee.firstListener = slot
    }

    /// Takes the leg out of the list of those that its source's packets are passed to.
    private func unlink(_ slot: Int32) {
        let core = core(slot)
        let source = core.pointee.source
        guard source != LegCore.nobody else { return }
        if self.core(source).pointee.firstListener == slot {
            self.core(source).pointee.firstListener = core.pointee.nextListener
        } else {
            var before = self.core(source).pointee.firstListener
            while before != LegCore.nobody, self.core(before).pointee.nextListener != slot {
                before = self.core(before).pointee.nextListener
            }
            if before != LegCore.nobody { self.core(before).pointee.nextListener = core.pointee.nextListener }
        }
        core.pointee.source = LegCore.nobody
        core.pointee.nextListener = LegCore.nobody
        core.pointee.outgoing.switchSource()
    }
}
