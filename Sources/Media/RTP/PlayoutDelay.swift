/// Tells from the packets' transit times how much sound should wait.
///
/// The variation of a packet's transit over the shortest one is its jitter. The delay covers the highest jitter seen, which
/// fades by half in about three seconds, and one frame on top.
struct PlayoutDelay: Equatable {
    private let clockRate: Int
    private let frame: Int
    private let minimum: Int
    private let maximum: Int
    /// Transit of the first packet; the others are counted from it.
    private var reference: RTPTimestamp?
    private var shortest = 0
    private var peak = 0
    private var packets = 0
    /// Ticks of sound to collect before playing.
    private(set) var target: Int

    init(configuration: JitterBuffer.Configuration) {
        clockRate = configuration.clockRate
        frame = configuration.frameTicks
        minimum = configuration.minimumDelayTicks
        maximum = configuration.maximumDelayTicks
        target = minimum
    }

    /// A new media clock: transit times start afresh, what is known of the network stays.
    mutating func restart() { reference = nil }

    mutating func observe(_ timestamp: RTPTimestamp, arrival: MediaTime) {
        let transit = arrival.ticks(clockRate: clockRate).advanced(by: -Int(timestamp.rawValue))
        guard let reference else { return begin(at: transit) }
        let variation = reference.distance(to: transit)
        // The sender's pause or a jump of its clock is not jitter of the network.
        guard variation - shortest <= 2 * maximum + frame else { return begin(at: transit) }
        packets &+= 1
        // Lets the shortest transit rise by 100 ppm, so that a slower clock at the sender is followed.
        if packets.isMultiple(of: 64) { shortest += 1 }
        shortest = min(shortest, variation)
        peak = max(variation - shortest, peak - (peak + 255) / 256)
        let frames = (peak + frame - 1) / frame + 1
        target = min(max(frames * frame, minimum), maximum)
    }

    private mutating func begin(at transit: RTPTimestamp) {
        reference = transit
        shortest = 0
    }
}

/// Notices that a buffer stays fuller than it needs to be.
struct ExcessWatch: Equatable {
    private static let window = 50
    private var ticks = 0
    private var lowest = Int.max

    /// Call once a tick with what waits; true when a whole frame more than needed was there all through a second.
    mutating func shouldDrop(depth: Int, needed: Int, frame: Int) -> Bool {
        lowest = min(lowest, depth)
        ticks += 1
        guard ticks >= Self.window else { return false }
        let isTooFull = lowest > needed + frame
        self = ExcessWatch()
        return isTooFull
    }
}
