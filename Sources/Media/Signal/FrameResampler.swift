/// Changes a stream of frames of 20 ms from one rate to the other: a frame in, a frame out, 3 ms later.
///
/// Allocates at init and with its first frames only. Not Sendable: it belongs to one thread.
public final class FrameResampler {
    private var resampler: Resampler
    private let input: UnsafeMutableBufferPointer<Float>
    private let frame: UnsafeMutableBufferPointer<Int16>
    private var output: [Int16] = []

    /// A stream that begins with silence.
    public init(from inputRate: SoundRate, to outputRate: SoundRate) {
        resampler = Resampler(from: inputRate.rawValue, to: outputRate.rawValue)
        input = .allocate(capacity: inputRate.frameLength)
        frame = .allocate(capacity: outputRate.frameLength)
        output.reserveCapacity(outputRate.frameLength + 4)
        resampler.leadIn(into: &output)
        output.removeAll(keepingCapacity: true)
    }

    deinit {
        input.deallocate()
        frame.deallocate()
    }

    /// The frame at the other rate; valid until the next call. A shorter frame counts as silent behind its end.
    public func convert(_ samples: UnsafeBufferPointer<Int16>) -> UnsafeBufferPointer<Int16> {
        let count = min(samples.count, input.count)
        for index in 0..<count { input[index] = Float(samples[index]) / 32_768 }
        input[count...].update(repeating: 0)
        output.removeAll(keepingCapacity: true)
        resampler.process(UnsafeBufferPointer(input), into: &output)
        let made = min(output.count, frame.count)
        for index in 0..<made { frame[index] = output[index] }
        frame[made...].update(repeating: 0)
        return UnsafeBufferPointer(frame)
    }
}
