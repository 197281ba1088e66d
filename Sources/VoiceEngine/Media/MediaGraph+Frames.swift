import CallControl
import Media

// What is heard in frames: who makes them, who wants them, and the way to a far end.
extension MediaGraph {
    /// What a node sounds like in frames; a leg begins to make them once it has a listener. Nil for what makes no sound.
    func soundSource(of node: MediaNode) -> (any SoundSource)? {
        switch node {
        case .leg(let leg):
            guard let slot = table.slot(of: leg), let leg = table[slot] else { return nil }
            let ear = leg.ear ?? LegEar()
            leg.ear = ear
            return ear
        case .unit(let unit): return units.heard(unit)
        }
    }

    func listeners(of node: MediaNode) -> [MediaNode] {
        switch node {
        case .leg(let leg): table.slot(of: leg).flatMap { table[$0]?.listeners } ?? []
        case .unit(let unit): units.heard(unit)?.listeners ?? []
        }
    }

    func addListener(_ listener: MediaNode, to node: MediaNode) {
        switch node {
        case .leg(let leg):
            guard let slot = table.slot(of: leg) else { return }
            table[slot]?.listeners.append(listener)
            refreshEar(slot)
        case .unit(let unit): units.heard(unit)?.listeners.append(listener)
        }
    }

    func removeListener(_ listener: MediaNode, from node: MediaNode) {
        switch node {
        case .leg(let leg):
            guard let slot = table.slot(of: leg) else { return }
            table[slot]?.listeners.removeAll { $0 == listener }
            refreshEar(slot)
        case .unit(let unit): units.heard(unit)?.listeners.removeAll { $0 == listener }
        }
    }

    /// Frames of what a far end says are made while somebody wants them.
    func refreshEar(_ slot: Int32) {
        guard let leg = table[slot] else { return }
        if leg.listeners.isEmpty, leg.detectors == nil {
            leg.ear = nil
            table.removeWork(.ear, from: slot)
            core(slot).pointee.taps.remove(.ear)
        } else {
            if leg.ear == nil { leg.ear = LegEar() }
            table.addWork(.ear, to: slot)
            core(slot).pointee.taps.insert(.ear)
        }
    }

    /// Makes the frames of everything that sounds by itself.
    func makeFrames() {
        for stream in units.streamSources { stream.tick() }
        var isOver = false
        for player in units.players {
            player.tick()
            isOver = isOver || player.isFinished
        }
        if isOver { for player in units.players where player.isFinished { remove(player.id) } }
        // A leg that is not listened to any more leaves the list, and the last one takes its place.
        for slot in table.active.reversed() where core(slot).pointee.work.contains(.ear) {
            guard let leg = table[slot], let ear = leg.ear else { continue }
            ear.tick()
            if leg.detectors != nil { detect(in: ear.frame, leg, slot) }
        }
    }

    func detect(_ detection: SoundDetection, _ wanted: Bool, of slot: Int32) {
        guard let leg = table[slot] else { return }
        let detectors = leg.detectors ?? LegDetectors()
        detectors.set(detection, wanted)
        leg.detectors = detectors.isIdle ? nil : detectors
        refreshEar(slot)
    }

    private func detect(in frame: SoundFrame?, _ leg: MediaLeg, _ slot: Int32) {
        guard let detectors = leg.detectors else { return }
        detectors.hear(frame) { finding in
            switch finding {
            case .speaking(let isSpeaking): emit(.speaking(leg.id, isSpeaking))
            case .progressTone: emit(.progressTone(leg.id))
            case .beep(let frequency): emit(.beep(leg.id, frequency))
            case .answer(let outcome): emit(.answer(leg.id, outcome))
            }
        }
        guard detectors.isIdle else { return }
        leg.detectors = nil
        refreshEar(slot)
    }

    /// One tick of a leg that hears frames.
    func sendFrame(_ leg: MediaLeg, _ slot: Int32, frames: UInt32, at now: UInt64) {
        let core = core(slot)
        guard core.pointee.sends, let source = leg.frameSource else { return }
        let codec = core.pointee.codec
        let conference = source as? Conference
        if let octets = conference?.sharedFrame(for: .leg(leg.id), codec) {
            sender.framePayload.copyMemory(from: octets)
            leg.sharesFrames = true
        } else if let frame = source.sound(for: .leg(leg.id)) {
            if leg.sharesFrames, let conference {
                leg.encoder.follow(conference.sharedEncoder(codec))
                leg.sharesFrames = false
            }
            encode(frame, for: leg, slot)
        } else {
            if configuration.sendsSilence { sendSilence(slot, frames: frames, at: now) }
            return
        }
        sendMadeFrame(slot, frames: frames, at: now)
    }

    /// Encodes a frame for the far end, into the sender's buffer.
    func encode(_ frame: SoundFrame, for leg: MediaLeg, _ slot: Int32) {
        leg.encoder.encode(frame, as: core(slot).pointee.codec, into: sender.framePayload)
    }
}
