import Media

// What a leg hears: another leg, a player or nothing; a new source silently replaces the old one.
extension MediaGraph {
    func connect(from source: LegID, to slot: Int32) {
        let core = core(slot)
        // Scripts connect again what is connected; the listener must not hear that.
        guard let from = table.slot(of: source), core.pointee.source != from else { return }
        clearSource(slot)
        core.pointee.source = from
        core.pointee.nextListener = self.core(from).pointee.firstListener
        self.core(from).pointee.firstListener = slot
        // Silence goes on until the first packet of the source.
        refreshSilence(slot)
    }

    func disconnect(from source: LegID, to slot: Int32) {
        guard let from = table.slot(of: source), core(slot).pointee.source == from else { return }
        unlink(slot)
        refreshSilence(slot)
    }

    func play(_ sound: Sound, _ playback: PlaybackID, to slot: Int32) {
        guard let leg = table[slot] else { return }
        clearSource(slot)
        let player = Player(id: playback, sound: sound)
        leg.player = player
        table.addWork(.player, to: slot)
        refreshSilence(slot)
        emit(.playbackStarted(leg.id, playback, durationMilliseconds: player.durationMilliseconds))
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

    private func clearSource(_ slot: Int32) {
        unlink(slot)
        table[slot]?.player = nil
        table.removeWork(.player, from: slot)
    }

    /// Takes the leg out of its source's listeners.
    func unlink(_ slot: Int32) {
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

    /// Turns silence on where nothing else is sent, off where a player sends or nothing may be sent.
    func refreshSilence(_ slot: Int32) {
        guard let leg = table[slot] else { return }
        let wanted = configuration.sendsSilence && core(slot).pointee.sends && leg.player == nil
        if wanted {
            table.addWork(.silence, to: slot)
        } else {
            table.removeWork(.silence, from: slot)
        }
    }
}
