/// Adds up frames and gives each listener the sum without his own voice.
///
/// One round: ``begin()``, ``add(_:)`` for every speaker, then ``write(excluding:into:)`` for every listener. Allocates at
/// init only. Frames shorter than the mixer's count as silent behind their end.
public struct Mixer: Sendable {
    /// Samples of a frame.
    public let frameLength: Int
    private var total: [Int32]

    /// A mixer for frames of that many samples.
    public init(frameLength: Int = 160) {
        self.frameLength = max(1, frameLength)
        total = Array(repeating: 0, count: self.frameLength)
    }

    /// Starts a round with silence.
    public mutating func begin() {
        total.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    }

    /// Adds a speaker's frame.
    public mutating func add(_ frame: UnsafeBufferPointer<Int16>) {
        let count = min(frame.count, frameLength)
        total.withUnsafeMutableBufferPointer { total in
            for index in 0..<count { total[index] &+= Int32(frame[index]) }
        }
    }

    /// Writes the sum, less the listener's own frame, clipped to 16 bits.
    ///
    /// `own` is the frame that the listener added in this round; nil for one who only listens. It may be the memory of
    /// `output`.
    public func write(excluding own: UnsafeBufferPointer<Int16>?, into output: UnsafeMutableBufferPointer<Int16>) {
        let count = min(output.count, frameLength)
        let ownCount = min(own?.count ?? 0, count)
        total.withUnsafeBufferPointer { total in
            if let own {
                for index in 0..<ownCount { output[index] = Int16(clamping: total[index] &- Int32(own[index])) }
            }
            for index in ownCount..<count { output[index] = Int16(clamping: total[index]) }
        }
        if output.count > count { UnsafeMutableBufferPointer(rebasing: output[count...]).update(repeating: 0) }
    }

    /// The clipped sum of two stretches, over the length that all three have.
    public static func mix(
        _ left: UnsafeBufferPointer<Int16>, _ right: UnsafeBufferPointer<Int16>,
        into output: UnsafeMutableBufferPointer<Int16>
    ) {
        let count = min(left.count, right.count, output.count)
        for index in 0..<count { output[index] = Int16(clamping: Int32(left[index]) + Int32(right[index])) }
    }
}
