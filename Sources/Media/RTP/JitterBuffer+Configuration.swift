extension JitterBuffer {
    /// Sizes and bounds; all are fixed for the life of a buffer.
    public struct Configuration: Hashable, Sendable {
        /// Ticks of the RTP clock in one second.
        public var clockRate: Int
        /// Ticks, and octets, in one frame.
        public var frameTicks: Int
        /// Packets that fit; a power of two, so that numbering wraps without a seam.
        public let slots: Int
        /// Longest payload that is taken.
        public var slotSize: Int
        /// Sound that is collected at least before playing.
        public var minimumDelayTicks: Int
        /// Sound that waits at most; more is thrown away.
        public var maximumDelayTicks: Int
        /// The octet that fills missing parts of a frame.
        public var silence: UInt8
        /// Numbers that may be missing before a jump is suspected (MAX_DROPOUT of RFC 3550 appendix A.1).
        var maximumJump = 3000
        /// Numbers that a packet may be behind before a jump is suspected (MAX_MISORDER).
        var maximumMisorder = 100

        /// - Parameters:
        ///   - slotSize: 480 octets are packets of 60 ms G.711.
        ///   - slots: rounded up to a power of two, 8 at least.
        ///   - silence: by default the silence of µ-law.
        public init(
            clockRate: Int = 8000, frameTicks: Int = 160, slots: Int = 32, slotSize: Int = 480,
            minimumDelayMilliseconds: Int = 40, maximumDelayMilliseconds: Int = 200, silence: UInt8 = 0xFF
        ) {
            self.clockRate = max(1000, clockRate)
            self.frameTicks = max(1, frameTicks)
            var size = 8
            while size < min(slots, 1024) { size *= 2 }
            self.slots = size
            self.slotSize = min(max(1, slotSize), 1500)
            minimumDelayTicks = max(self.frameTicks, minimumDelayMilliseconds * self.clockRate / 1000)
            maximumDelayTicks = max(minimumDelayTicks, maximumDelayMilliseconds * self.clockRate / 1000)
            self.silence = silence
        }
    }

    /// What went through a buffer.
    public struct Statistics: Hashable, Sendable {
        /// Packets taken.
        public internal(set) var accepted: UInt64 = 0
        /// Packets that came after their time.
        public internal(set) var late: UInt64 = 0
        /// Packets that had come before.
        public internal(set) var duplicates: UInt64 = 0
        /// Packets that did not fit or were out of sequence.
        public internal(set) var unsuitable: UInt64 = 0
        /// New sources and new numberings.
        public internal(set) var restarts: UInt64 = 0
        /// Frames handed out.
        public internal(set) var frames: UInt64 = 0
        /// Ticks that answered `lost`.
        public internal(set) var lostFrames: UInt64 = 0
        /// Frames thrown away to keep the delay low.
        public internal(set) var droppedFrames: UInt64 = 0

        mutating func count(_ verdict: Insertion) {
            switch verdict {
            case .accepted: accepted &+= 1
            case .late: late &+= 1
            case .duplicate: duplicates &+= 1
            case .unsuitable, .unexpected: unsuitable &+= 1
            case .restarted:
                accepted &+= 1
                restarts &+= 1
            }
        }
    }
}
