import CMediaIO
import CallControl
import Media
import SDP

/// Who hears whom: the legs, their sources and listeners, players, recorders, conferences and digits.
///
/// Lives on the media thread. Links over which packets pass are kept in the ``LegCore``s, where the ``PacketPath`` follows
/// them; all others go by frames of 20 ms at every tick.
final class MediaGraph {
    let table: LegTable
    let sender: PacketSender
    let configuration: MediaConfiguration
    let recordings: RecordingQueue
    let comfort: ComfortFrames
    let units = MediaUnits()
    let emit: @Sendable (MediaEvent) -> Void
    var lateTicks: UInt64 = 0
    var skippedTicks: UInt64 = 0
    var tickCount = 0
    var random = SystemRandomNumberGenerator()

    init(
        configuration: MediaConfiguration, capacity: Int, recordings: RecordingQueue,
        events: @escaping @Sendable (MediaEvent) -> Void
    ) {
        self.configuration = configuration
        self.recordings = recordings
        comfort = ComfortFrames(level: configuration.comfortNoise, seed: .random(in: 1...UInt64.max, using: &random))
        emit = events
        table = LegTable(capacity: capacity)
        sender = PacketSender(cores: table.cores)
    }

    func core(_ slot: Int32) -> UnsafeMutablePointer<LegCore> { table.cores + Int(slot) }

    /// Applies a command; one that names a leg that is gone is dropped.
    func perform(_ command: MediaCommand, at now: UInt64) {
        switch command {
        case .addLeg, .stop: break
        case .removeLeg(let leg): remove(leg)
        case .setRemote(let leg, let remote): onLeg(leg) { agree(on: remote, $0, at: now) }
        case .connect(let source, let sink): connect(from: source, to: sink)
        case .disconnect(let source, let sink): disconnect(from: source, to: sink)
        case .addUnit(let unit, let plan): add(unit, plan)
        case .removeUnit(let unit): remove(unit)
        case .setSound(let unit, let sound): units.player(unit)?.begin(sound)
        case .pause(let unit, let pauses): units.player(unit)?.isPaused = pauses
        case .mark(let unit, let marker): units.player(unit)?.add(marker)
        case .mute(let unit, let mutes): units.recorder(unit)?.isMuted = mutes
        case .play(let leg, let playback, let sound): onLeg(leg) { play(sound, playback, to: $0) }
        case .stopPlayback(let leg): onLeg(leg) { stopPlayback($0) }
        case .clear(let leg): onLeg(leg) { clear($0) }
        case .handleTones(let leg, let kinds): onLeg(leg) { handleTones(kinds, of: $0) }
        case .detect(let leg, let detection, let wanted): onLeg(leg) { detect(detection, wanted, of: $0) }
        case .sendDigits(let leg, let digits): onLeg(leg) { sendDigits(digits, to: $0) }
        case .reportSourceDigits(let leg, let wanted): onLeg(leg) { table[$0]?.reportsSourceDigits = wanted }
        case .record(let leg, let recording, let plan): onLeg(leg) { record(recording, plan, of: $0) }
        case .stopRecording(let leg, let recording): onLeg(leg) { stopRecording(recording, of: $0) }
        case .statistics(let leg, let reply): reply(table.slot(of: leg).flatMap { statistics(of: $0) })
        case .loopStatistics(let reply): reply(loopStatistics)
        }
    }

    private func onLeg(_ leg: LegID, _ body: (Int32) -> Void) {
        if let slot = table.slot(of: leg) { body(slot) }
    }
}

// MARK: - Legs

extension MediaGraph {
    /// The slot of a new leg; nil when there are more legs than ports, which cannot be.
    func add(_ id: LegID, _ port: MediaPort) -> Int32? {
        let stream = OutgoingStream(
            ssrc: .random(in: 1...UInt32.max, using: &random), sequence: .random(in: 0...0x7FFF, using: &random),
            timestamp: .random(in: 0...UInt32.max, using: &random))
        return table.insert(MediaLeg(id: id, port: port), outgoing: stream)
    }

    /// Makes the far end the one that was agreed.
    ///
    /// A description that names the same address while packets flow changes nothing about the learned source: a refresh of
    /// the session must not open the door to strangers.
    func agree(on remote: MediaRemote, _ slot: Int32, at now: UInt64) {
        let core = core(slot)
        var signalled = media_address()
        let isNumeric = media_address_parse(remote.address, remote.port, &signalled)
        if !isNumeric { signalled = media_address() }
        let flows = core.pointee.learning.fit != .none && now &- core.pointee.arrivedAt < 2_000_000
        if !core.pointee.isAgreed || !flows || !media_same_address(&signalled, &core.pointee.signalled) {
            if remote.change == .otherDevice { core.pointee.former = core.pointee.remote }
            core.pointee.remote = signalled
            core.pointee.remoteControl = signalled
            media_address_set_port(&core.pointee.remoteControl, remote.controlPort)
            core.pointee.learning = SourceLearning()
        }
        core.pointee.signalled = signalled
        core.pointee.isFixed = remote.change == .ownLeg
        let isUsable = protect(slot, remote.protection)
        core.pointee.codec = WireCodec(remote.codec)
        core.pointee.heard = core.pointee.codec
        core.pointee.payloadType = remote.payloadType & 0x7F
        core.pointee.receivePayloadType = remote.receivePayloadType & 0x7F
        core.pointee.eventType = remote.telephoneEventType ?? LegCore.noPayloadType
        core.pointee.receiveEventType = remote.receiveTelephoneEventType ?? LegCore.noPayloadType
        core.pointee.sends = isUsable && remote.sends && remote.port != 0
        core.pointee.receives = isUsable && remote.receives
        core.pointee.isAgreed = isUsable
        core.pointee.arrivedAt = now
        core.pointee.awaitsPacket = true
        rewire(slot)
        refreshSilence(slot)
    }

    /// Encrypts and decrypts from now on, or no more; false when the keys are of no use, so that nothing leaves in the
    /// clear that was to be encrypted.
    private func protect(_ slot: Int32, _ agreed: AgreedProtection?) -> Bool {
        guard let leg = table[slot] else { return false }
        let protection = agreed.flatMap { LegProtection($0, after: leg.protection) }
        core(slot).pointee.sealing = protection?.sending.stream
        core(slot).pointee.opening = protection?.receiving.stream
        leg.protection = protection
        return (protection == nil) == (agreed == nil)
    }

    /// Called for the first packet, and for the first one after a stop or a new description.
    func packetArrived(_ slot: Int32) {
        let core = core(slot)
        core.pointee.awaitsPacket = false
        if !core.pointee.hasReceived {
            core.pointee.hasReceived = true
            emit(.firstPacket(core.pointee.id))
        }
        if core.pointee.hasStopped {
            core.pointee.hasStopped = false
            emit(.rtpResumed(core.pointee.id))
        }
    }

    func remove(_ id: LegID) {
        guard let slot = table.slot(of: id), let leg = table[slot], let figures = statistics(of: slot) else { return }
        dropListeners(of: .leg(id))
        clearSource(slot)
        sendGoodbye(slot)
        for recorder in leg.recorders { recorder.stop() }
        leg.recorders = []
        table.remove(slot)
        emit(.legRemoved(id, figures))
    }

    func removeAll() {
        var legs: [LegID] = []
        table.forEach { _, leg in legs.append(leg.id) }
        for leg in legs { remove(leg) }
        for unit in units.all { remove(unit) }
    }
}
