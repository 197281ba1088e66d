/// The RTP stream towards one far end: one SSRC and one run of sequence numbers and timestamps, whatever feeds it.
///
/// Forwarded packets keep the gaps of their source, so the far end sees loss where loss was. On a switch of sources the
/// numbers continue and the timestamp moves on by the time that has passed (RFC 3550, 5.1). A trivial value: it lives in
/// the leg table and is changed for every packet.
struct OutgoingStream {
    /// What goes into the header of one packet.
    struct Header: Equatable {
        var sequence: UInt16
        var timestamp: UInt32
        var marker: Bool
    }

    /// Steps of the source's numbers beyond which it is a new stream.
    private static let sequenceJump = 3000
    private static let timestampJump: Int64 = 80_000
    /// How far behind the newest packet a late one may still be forwarded.
    private static let reordering: UInt16 = 1000

    /// Microseconds without a packet after which a frame made here starts a new talkspurt.
    private static let pause: UInt64 = 200_000

    let ssrc: UInt32
    private(set) var sequence: UInt16
    private(set) var timestamp: UInt32
    private(set) var packets: UInt64 = 0
    private(set) var octets: UInt64 = 0
    private(set) var sentAt: UInt64 = 0
    /// True once the timestamp belongs to an instant.
    private var isAnchored = false
    private var lastDuration: UInt32 = 160
    private var floor: UInt16
    private var sourceSSRC: UInt32 = 0
    private var sequenceOffset: UInt16 = 0
    private var timestampOffset: UInt32 = 0
    private var run = Run.none

    /// What the last packet belonged to; another kind of packet starts a new talkspurt.
    private enum Run: UInt8 {
        /// Nothing, or something that the next packet does not continue.
        case none
        /// A source whose numbers are moved by the offsets.
        case source
        /// Frames made here.
        case made
    }

    /// Starts at the given numbers, which ought to be random (RFC 3550, 5.1).
    init(ssrc: UInt32, sequence: UInt16, timestamp: UInt32) {
        self.ssrc = ssrc
        self.sequence = sequence
        self.timestamp = timestamp
        floor = sequence
    }

    /// Makes the next forwarded packet the first of a new source.
    mutating func switchSource() { run = .none }

    /// A packet of the source was taken out: the far end must not take it for a lost one.
    mutating func omitted() { sequenceOffset &-= 1 }

    /// The header for a packet of the source; nil when it is from before the switch to that source.
    mutating func forward(
        sequence sourceSequence: UInt16, timestamp sourceTimestamp: UInt32, ssrc source: UInt32, marker: Bool,
        duration: UInt32, at now: UInt64
    ) -> Header? {
        var first = run != .source || source != sourceSSRC
        if !first { first = jumps(sourceSequence, sourceTimestamp, at: now) }
        if first {
            sourceSSRC = source
            run = .source
            sequenceOffset = sequence &+ 1 &- sourceSequence
            timestampOffset = timestamp &+ step(at: now) &- sourceTimestamp
            floor = sequence &+ 1
        }
        let number = sourceSequence &+ sequenceOffset
        guard Int16(bitPattern: number &- floor) >= 0 else { return nil }
        let time = sourceTimestamp &+ timestampOffset
        if first || Int16(bitPattern: number &- sequence) > 0 {
            sequence = number
            lastDuration = duration
            anchor(timestamp: time, at: now)
            if sequence &- floor > Self.reordering { floor = sequence &- Self.reordering }
        }
        return Header(sequence: number, timestamp: time, marker: marker || first)
    }

    /// The header for a packet made here; `frames` counts the frame times since the one before (more than 1 after a gap).
    mutating func generate(duration: UInt32, frames: UInt32 = 1, at now: UInt64) -> Header {
        let starts = run != .made || now &- sentAt > Self.pause
        anchor(timestamp: timestamp &+ (starts ? step(at: now) : duration &* frames), at: now)
        sequence &+= 1
        run = .made
        lastDuration = duration
        return Header(sequence: sequence, timestamp: timestamp, marker: starts)
    }

    /// The header for a packet that repeats a timestamp of this stream, as telephone events do (RFC 4733, 2.5.1.1).
    mutating func event(timestamp eventTime: UInt32, marker: Bool, at now: UInt64) -> Header {
        sequence &+= 1
        if !isAnchored { anchor(timestamp: eventTime, at: now) }
        // The time of the last audio stays, so that the next audio lies behind the event.
        run = .none
        return Header(sequence: sequence, timestamp: eventTime, marker: marker)
    }

    mutating func count(octets bytes: Int) {
        packets &+= 1
        octets &+= UInt64(truncatingIfNeeded: bytes)
    }

    /// The timestamp that sound starting now would carry.
    func timestamp(at now: UInt64) -> UInt32 { timestamp &+ step(at: now) }

    private mutating func anchor(timestamp time: UInt32, at now: UInt64) {
        timestamp = time
        sentAt = now
        isAnchored = true
    }

    private func step(at now: UInt64) -> UInt32 {
        guard isAnchored, now > sentAt else { return lastDuration }
        return max(lastDuration, UInt32(truncatingIfNeeded: (now - sentAt) / 125))
    }

    private func jumps(_ sourceSequence: UInt16, _ sourceTimestamp: UInt32, at now: UInt64) -> Bool {
        let step = Int(Int16(bitPattern: sourceSequence &+ sequenceOffset &- sequence))
        if step > Self.sequenceJump || step < -Self.sequenceJump { return true }
        let leap = Int64(Int32(bitPattern: sourceTimestamp &+ timestampOffset &- timestamp))
        let passed = Int64(truncatingIfNeeded: (now &- sentAt) / 125)
        return leap < -Self.timestampJump || leap > passed + Self.timestampJump
    }
}
