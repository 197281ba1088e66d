/// Puts the packets of one RTP stream in order and hands out one frame for each tick of the media clock.
///
/// Memory is fixed at init: a ring of slots indexed by sequence number. ``insert(_:header:arrival:)`` and ``pop()``
/// allocate nothing. Frames are cut by RTP timestamp, so packets of 10, 30 or 60 ms come out as frames of 20 ms; this asks
/// for a codec with one octet per tick of its clock, as G.711 and G.722 have.
///
/// The delay follows the jitter that is seen, between the configured bounds. When the buffer runs dry it collects again up
/// to the present delay; when it stays fuller than needed it drops a frame. Not Sendable: it belongs to the media thread.
public final class JitterBuffer {
    /// What became of a packet.
    public enum Insertion: Equatable, Sendable {
        case accepted
        /// Its time to be played had passed.
        case late
        case duplicate
        /// Longer than a slot, or without payload.
        case unsuitable
        /// A jump in the sequence; believed when the next packet continues it (RFC 3550 appendix A.1).
        case unexpected
        /// A new source or a new numbering began with this packet; older content is gone.
        case restarted
    }

    /// What one tick brings.
    public enum Output {
        /// A whole frame; the memory is valid until the next call. Parts that never came are filled with silence.
        case frame(UnsafeRawBufferPointer)
        /// Packets that belong here are missing while later ones have come: time for concealment.
        case lost
        /// Nothing to play: not started, collecting, ended or a pause of the sender.
        case empty
    }

    /// idle: no packet since the start or a reset → collecting with the first packet.
    /// collecting: waits until the delay is filled → playing. `ticks` counts those since there was something to play.
    /// playing: hands out frames → collecting when nothing is left.
    enum Phase: Equatable {
        case idle
        case collecting(ticks: Int)
        case playing
    }

    struct Slot {
        enum Content { case none, sound, noSound, played }
        var content = Content.none
        var sequenceNumber = SequenceNumber(rawValue: 0)
        var timestamp = RTPTimestamp(rawValue: 0)
        var length = 0

        func holds(_ number: SequenceNumber) -> Bool { content != .none && sequenceNumber == number }
        var end: RTPTimestamp { timestamp.advanced(by: length) }
    }

    /// As given at init.
    public let configuration: Configuration
    /// The octet that fills missing parts of a frame; set it when another codec is agreed.
    public var silence: UInt8
    /// Counts since init.
    public internal(set) var statistics = Statistics()

    let memory: UnsafeMutableRawBufferPointer
    let frame: UnsafeMutableRawBufferPointer
    var slots: [Slot]
    var delay: PlayoutDelay
    var phase = Phase.idle
    var source: SynchronizationSource?
    /// The oldest packet that may still be played; whatever is older is late.
    var next = SequenceNumber(rawValue: 0)
    var highest = SequenceNumber(rawValue: 0)
    var highestTimestamp = RTPTimestamp(rawValue: 0)
    /// Where the sound that has come ends.
    var end = RTPTimestamp(rawValue: 0)
    /// Where the next frame begins.
    var playout = RTPTimestamp(rawValue: 0)
    var excess = ExcessWatch()
    /// After a jump: the number that would confirm it.
    private var awaited: SequenceNumber?

    /// An empty buffer; all of its memory is allocated here.
    public init(configuration: Configuration = Configuration()) {
        self.configuration = configuration
        silence = configuration.silence
        memory = .allocate(byteCount: configuration.slots * configuration.slotSize, alignment: 16)
        frame = .allocate(byteCount: configuration.frameTicks, alignment: 16)
        slots = Array(repeating: Slot(), count: configuration.slots)
        delay = PlayoutDelay(configuration: configuration)
    }

    deinit {
        memory.deallocate()
        frame.deallocate()
    }

    /// Milliseconds of sound that are collected before playing starts; follows the jitter.
    public var targetDelayMilliseconds: Int { delay.target * 1000 / configuration.clockRate }

    /// Milliseconds of sound that wait to be played.
    public var depthMilliseconds: Int { isDry ? 0 : playout.distance(to: end) * 1000 / configuration.clockRate }

    /// Forgets the stream; the next packet starts a new one.
    public func reset() {
        clear()
        phase = .idle
        source = nil
        delay = PlayoutDelay(configuration: configuration)
    }

    /// Takes the payload of a packet.
    ///
    /// `header` is the packet's header, `arrival` the instant at which it was received.
    @discardableResult
    public func insert(_ payload: UnsafeRawBufferPointer, header: RTPHeader, arrival: MediaTime) -> Insertion {
        guard payload.count > 0, payload.count <= configuration.slotSize else {
            statistics.unsuitable &+= 1
            return .unsuitable
        }
        let verdict = place(header, length: payload.count, arrival: arrival)
        statistics.count(verdict)
        if verdict == .accepted || verdict == .restarted {
            let offset = position(of: header.sequenceNumber) * configuration.slotSize
            UnsafeMutableRawBufferPointer(rebasing: memory[offset..<offset + payload.count]).copyMemory(from: payload)
        }
        return verdict
    }

    /// Notes a packet of the stream that carries no sound for this buffer, as a telephone event does; its number then does
    /// not count as lost.
    public func skip(_ header: RTPHeader) {
        let number = header.sequenceNumber
        guard phase != .idle, header.ssrc == source, next.distance(to: number) >= 0 else { return }
        let step = highest.distance(to: number)
        guard step <= configuration.maximumJump, !slots[position(of: number)].holds(number) else { return }
        makeRoom(for: number)
        slots[position(of: number)] = Slot(content: .noSound, sequenceNumber: number)
        if step > 0 { highest = number }
    }

    func position(of number: SequenceNumber) -> Int { Int(number.rawValue) % configuration.slots }

    /// True when no sound waits.
    var isDry: Bool { phase == .idle || playout.distance(to: end) <= 0 }

    private func clear() {
        for index in slots.indices { slots[index].content = .none }
        awaited = nil
        excess = ExcessWatch()
    }

    private func place(_ header: RTPHeader, length: Int, arrival: MediaTime) -> Insertion {
        guard phase != .idle, header.ssrc == source else {
            let isNew = source == nil
            start(with: header, length: length, arrival: arrival)
            return isNew ? .accepted : .restarted
        }
        let number = header.sequenceNumber
        let step = highest.distance(to: number)
        if step > configuration.maximumJump || step < -configuration.maximumMisorder {
            let isConfirmed = awaited == number
            awaited = number.advanced(by: 1)
            guard isConfirmed else { return .unexpected }
            start(with: header, length: length, arrival: arrival)
            return .restarted
        }
        awaited = nil
        if step > 0, highestTimestamp.distance(to: header.timestamp) < 0 {
            // The clock went back while the numbering went on: a new media clock under the old name, as after a transfer.
            start(with: header, length: length, arrival: arrival)
            return .restarted
        }
        return store(header, step: step, length: length, arrival: arrival)
    }

    private func start(with header: RTPHeader, length: Int, arrival: MediaTime) {
        clear()
        source = header.ssrc
        // Packets that overtook each other at the very start are still welcome.
        next = header.sequenceNumber.advanced(by: -configuration.slots / 4)
        highest = header.sequenceNumber
        highestTimestamp = header.timestamp
        playout = header.timestamp
        end = header.timestamp.advanced(by: length)
        phase = .collecting(ticks: 0)
        delay.restart()
        delay.observe(header.timestamp, arrival: arrival)
        fill(header, length: length)
    }

    private func store(_ header: RTPHeader, step: Int, length: Int, arrival: MediaTime) -> Insertion {
        let number = header.sequenceNumber
        if slots[position(of: number)].holds(number) { return .duplicate }
        delay.observe(header.timestamp, arrival: arrival)
        let packetEnd = header.timestamp.advanced(by: length)
        guard next.distance(to: number) >= 0, phase != .playing || playout.distance(to: packetEnd) > 0 else {
            return .late
        }
        if phase != .playing, isDry || header.timestamp.distance(to: playout) > 0 {
            // Nothing of this stretch was played yet: it starts where its earliest packet says.
            if isDry { end = packetEnd }
            playout = header.timestamp
        }
        makeRoom(for: number)
        fill(header, length: length)
        if step > 0 {
            highest = number
            highestTimestamp = header.timestamp
        }
        if end.distance(to: packetEnd) > 0 { end = packetEnd }
        return .accepted
    }

    /// Gives up the oldest numbers when the window is full.
    private func makeRoom(for number: SequenceNumber) {
        let oldest = number.advanced(by: 1 - configuration.slots)
        if next.distance(to: oldest) > 0 { next = oldest }
    }

    private func fill(_ header: RTPHeader, length: Int) {
        slots[position(of: header.sequenceNumber)] = Slot(
            content: .sound, sequenceNumber: header.sequenceNumber, timestamp: header.timestamp, length: length)
    }
}
