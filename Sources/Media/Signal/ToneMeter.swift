/// Tells block by block which of some frequencies is heard.
public struct ToneMeter: Hashable, Sendable {
    /// What was heard in one block.
    public struct Reading: Hashable, Sendable {
        /// First sample of the block.
        public var start: Int
        /// The strongest of the frequencies; nil when all lie below the threshold.
        public var frequency: Double?
        /// Level of that frequency, or of the whole block without one.
        public var dBm0: Double
    }

    /// Samples of a block.
    public let blockLength: Int
    /// Level in dBm0 from which a frequency counts as heard.
    public let threshold: Double
    private let detectors: [Goertzel]

    /// - Parameters:
    ///   - threshold: level in dBm0 from which a frequency counts as heard.
    public init(
        frequencies: [Double], blockMilliseconds: Int = 50, threshold: Double = -40, sampleRate: Int = 8000
    ) {
        detectors = frequencies.map { Goertzel(frequency: $0, sampleRate: sampleRate) }
        blockLength = max(1, blockMilliseconds * sampleRate / 1000)
        self.threshold = threshold
    }

    /// The reading of one block.
    public func read(_ block: UnsafeBufferPointer<Int16>, start: Int = 0) -> Reading {
        var best = Reading(start: start, frequency: nil, dBm0: threshold)
        for detector in detectors {
            let level = detector.dBm0(in: block)
            if level >= best.dBm0 { best = Reading(start: start, frequency: detector.frequency, dBm0: level) }
        }
        if best.frequency == nil { best.dBm0 = Level.dBm0(of: block) }
        return best
    }

    /// Readings of all whole blocks.
    public func read(_ samples: [Int16]) -> [Reading] {
        samples.withUnsafeBufferPointer { buffer in
            stride(from: 0, through: buffer.count - blockLength, by: blockLength).map { start in
                read(UnsafeBufferPointer(rebasing: buffer[start..<start + blockLength]), start: start)
            }
        }
    }
}
