import Media

/// A conference: each listener hears everybody but himself.
///
/// A tick costs one step for each member and each listener. A line that is silent is left out by a gate, so that the noise
/// of a hundred lines does not add up; the listeners that are silent themselves share one mix, and what it is encoded to.
/// The mix is wide from the first wide sound on. Lives on the media thread.
final class Conference: HeardUnit {
    /// One that is heard.
    private struct Member {
        let node: MediaNode
        let source: any SoundSource
        let adapter = RateAdapter()
        /// Keeps the sound of another conference, which may make its next frame before this one is used up.
        let copy: FrameCopy?
        /// Nil for a member that is always heard, such as a player.
        var gate: SpeechActivity?
        /// What the member adds in this tick; nil while he is silent.
        var frame: SoundFrame?
    }

    /// A frame of the common mix in one codec.
    private final class SharedFrame {
        let encoder = FrameEncoder()
        let octets = UnsafeMutableRawBufferPointer.allocate(byteCount: PacketSender.frameSize, alignment: 16)
        var isMade = false

        deinit { octets.deallocate() }
    }

    let id: MediaUnitID
    /// Who hears it.
    var listeners: [MediaNode] = []
    private var members: [Member] = []
    private var places: [MediaNode: Int] = [:]
    private var rate = SoundRate.narrow
    private var mixer = Mixer(frameLength: SoundRate.narrow.frameLength)
    private let common: UnsafeMutableBufferPointer<Int16>
    private let own: UnsafeMutableBufferPointer<Int16>
    private var shared: [UInt8: SharedFrame] = [:]
    private var hasSound = false
    private var hasHeardWide = false

    init(_ id: MediaUnitID) {
        self.id = id
        common = .allocate(capacity: SoundRate.wide.frameLength)
        own = .allocate(capacity: SoundRate.wide.frameLength)
    }

    deinit {
        common.deallocate()
        own.deallocate()
    }

    var sources: [MediaNode] { members.map(\.node) }

    func hears(_ node: MediaNode) -> Bool { places[node] != nil }

    /// - Parameter isGated: whether the member is left out while he is silent.
    func add(_ node: MediaNode, _ source: any SoundSource, isGated: Bool) {
        places[node] = members.count
        members.append(
            Member(
                node: node, source: source, copy: source is Conference ? FrameCopy() : nil,
                gate: isGated ? SpeechActivity(.gate) : nil))
    }

    func remove(_ node: MediaNode) {
        guard places[node] != nil else { return }
        members.removeAll { $0.node == node }
        places = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1.node, $0) })
    }

    /// Mixes what the members say in this tick.
    func mix() {
        for frame in shared.values { frame.isMade = false }
        if hasHeardWide, rate == .narrow {
            rate = .wide
            mixer = Mixer(frameLength: rate.frameLength)
        }
        mixer.begin()
        hasSound = false
        for index in members.indices {
            members[index].frame = voice(of: &members[index])
            guard let frame = members[index].frame else { continue }
            mixer.add(frame)
            hasSound = true
        }
        if hasSound { mixer.write(excluding: nil, into: part(of: common)) }
    }

    /// What a member adds in this tick; nil while he is silent.
    private func voice(of member: inout Member) -> SoundFrame? {
        let sound = member.source.sound(for: .unit(id))
        // A frame that is missing is silence for the gate, too.
        if member.gate != nil, member.gate?.hear(level: sound.map { Level.dBm0(of: $0) } ?? -.infinity) != true {
            return nil
        }
        guard let sound else { return nil }
        if sound.count == SoundRate.wide.frameLength { hasHeardWide = true }
        let frame = member.adapter.convert(sound, to: rate)
        return member.copy?.keep(frame) ?? frame
    }

    /// The mix without the listener's own voice.
    func sound(for listener: MediaNode) -> SoundFrame? {
        guard hasSound else { return nil }
        guard let voice = voice(of: listener) else { return SoundFrame(part(of: common)) }
        let output = part(of: own)
        mixer.write(excluding: voice, into: output)
        return SoundFrame(output)
    }

    /// The common mix as octets for a listener who is silent himself; nil for others, and when there is nothing to hear.
    func sharedFrame(for listener: MediaNode, _ codec: WireCodec) -> UnsafeRawBufferPointer? {
        guard hasSound, voice(of: listener) == nil else { return nil }
        let frame = frame(codec)
        if !frame.isMade {
            frame.encoder.encode(SoundFrame(part(of: common)), as: codec, into: frame.octets)
            frame.isMade = true
        }
        return UnsafeRawBufferPointer(frame.octets)
    }

    /// The coder of the frames that silent listeners get.
    func sharedEncoder(_ codec: WireCodec) -> FrameEncoder { frame(codec).encoder }

    private func frame(_ codec: WireCodec) -> SharedFrame {
        if let frame = shared[codec.number] { return frame }
        let frame = SharedFrame()
        shared[codec.number] = frame
        return frame
    }

    private func voice(of listener: MediaNode) -> SoundFrame? { places[listener].flatMap { members[$0].frame } }

    private func part(of buffer: UnsafeMutableBufferPointer<Int16>) -> UnsafeMutableBufferPointer<Int16> {
        UnsafeMutableBufferPointer(rebasing: buffer[..<rate.frameLength])
    }
}

/// A frame that outlives the buffer that it was made in.
private final class FrameCopy {
    private let samples = UnsafeMutableBufferPointer<Int16>.allocate(capacity: SoundRate.wide.frameLength)

    deinit { samples.deallocate() }

    func keep(_ frame: SoundFrame) -> SoundFrame {
        let count = min(frame.count, samples.count)
        let kept = UnsafeMutableBufferPointer(rebasing: samples[..<count])
        _ = kept.update(fromContentsOf: SoundFrame(rebasing: frame[..<count]))
        return SoundFrame(kept)
    }
}
