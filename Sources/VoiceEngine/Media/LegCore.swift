import CMediaIO
import Media

/// What the media thread must still do for a leg at every tick.
struct LegWork: OptionSet {
    let rawValue: UInt8
    /// A player feeds the leg.
    static let player = LegWork(rawValue: 1)
    static let digits = LegWork(rawValue: 2)
    static let recorder = LegWork(rawValue: 4)
    /// Silence keeps the far end alive while nothing else is sent.
    static let silence = LegWork(rawValue: 8)
    /// The leg hears frames: a unit, or a leg whose packets cannot be passed on as they are.
    static let frames = LegWork(rawValue: 16)
    /// What the far end says is made into frames for somebody.
    static let ear = LegWork(rawValue: 32)
}

/// Who wants to see the packets of a leg besides the legs that it feeds.
struct LegTaps: OptionSet {
    let rawValue: UInt8
    /// Recorders: both directions.
    static let recorder = LegTaps(rawValue: 1)
    /// In-band digit detection: received audio.
    static let inBand = LegTaps(rawValue: 2)
    /// Telephone events are reported here and not passed on.
    static let events = LegTaps(rawValue: 4)
    /// Whoever hears the leg in frames: received audio.
    static let ear = LegTaps(rawValue: 8)
}

/// Everything of a leg that a packet touches, in one trivial value without references.
///
/// Links over which packets pass form trees: a leg has one source, and the listeners of a source form a list threaded
/// through the listeners.
struct LegCore {
    static let nobody: Int32 = -1

    let id: LegID
    /// Told apart from earlier legs of the slot by late readiness reports; 0 in a free slot.
    var generation: UInt32
    let rtp: Int32
    let rtcp: Int32

    /// Where packets go; the signalled address until another source was learned.
    var remote = media_address()
    var remoteControl = media_address()
    var signalled = media_address()
    var learning = SourceLearning()
    /// Where the device was whose place the far end has taken.
    var former = media_address()
    /// Only the signalled address is believed.
    var isFixed = false

    /// What was agreed, and is sent.
    var codec = WireCodec.pcmu
    /// What the far end's last packet of sound was in: nearly always the same.
    var heard = WireCodec.pcmu
    var payloadType: UInt8 = 0
    var receivePayloadType: UInt8 = 0
    var eventType: UInt8 = LegCore.noPayloadType
    var receiveEventType: UInt8 = LegCore.noPayloadType
    static let noPayloadType: UInt8 = 0xFF

    /// SRTP of both directions; nil for plain RTP. The ``MediaLeg`` owns what stands behind.
    var sealing: SRTPStream?
    var opening: SRTPStream?

    var isAgreed = false
    var sends = false
    var receives = false
    /// Something out of the ordinary waits for the next packet: the first one, or one after a pause.
    var awaitsPacket = true
    var hasReceived = false
    /// An in-band digit sounds that is reported instead of being passed on.
    var isMuted = false
    var hasStopped = false

    var work = LegWork()
    var taps = LegTaps()
    /// Place in the list of legs with work.
    var activeIndex: Int32 = LegCore.nobody

    var source: Int32 = LegCore.nobody
    var firstListener: Int32 = LegCore.nobody
    var nextListener: Int32 = LegCore.nobody

    var incoming = IncomingStream()
    var outgoing: OutgoingStream
    var arrivedAt: UInt64 = 0
    var malformed: UInt64 = 0
    var foreign: UInt64 = 0
    var late: UInt64 = 0
    var forged: UInt64 = 0
    var replayed: UInt64 = 0

    init(id: LegID, generation: UInt32, rtp: Int32, rtcp: Int32, outgoing: OutgoingStream) {
        self.id = id
        self.generation = generation
        self.rtp = rtp
        self.rtcp = rtcp
        self.outgoing = outgoing
    }
}
