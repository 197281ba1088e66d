/// A stretch of sound in memory: 8 kHz, one channel, 16 bits.
public struct PCMClip: Hashable, Sendable {
    /// Hz.
    public static let sampleRate = 8000

    /// All samples in order.
    public let samples: [Int16]

    /// A clip of these samples.
    public init(samples: [Int16]) { self.samples = samples }

    /// Length in milliseconds, rounded down.
    public var durationMilliseconds: Int { samples.count * 1000 / Self.sampleRate }

    /// Copies a frame from `position` on; what lies behind the end becomes silence.
    /// - Returns: the number of samples that the clip had left for the frame.
    @discardableResult
    public func copyFrame(at position: Int, into frame: UnsafeMutableBufferPointer<Int16>) -> Int {
        let start = max(0, min(position, samples.count))
        let count = min(frame.count, samples.count - start)
        samples.withUnsafeBufferPointer { samples in
            for index in 0..<count { frame[index] = samples[start + index] }
        }
        UnsafeMutableBufferPointer(rebasing: frame[count...]).update(repeating: 0)
        return count
    }
}
