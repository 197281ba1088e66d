import Foundation
import Media

/// Measures what sound costs that cannot be passed on as it came.
enum CodecBenchmark {
    enum Failure: Error { case noMemory }

    /// Processor seconds for a frame of 20 ms from G.722 to G.711: decoding, halving the rate, encoding.
    static func transcoding(frames: Int = 20_000) throws -> Double {
        guard let encoder = G722Encoder(), let decoder = G722Decoder() else { throw Failure.noMemory }
        let resampler = FrameResampler(from: .wide, to: .narrow)
        let tone = (0..<320).map { Int16(8000 * sin(2 * .pi * 1000 * Double($0) / 16_000)) }
        var octets = [UInt8](repeating: 0, count: 160)
        var samples = [Int16](repeating: 0, count: 320)
        var output = [UInt8](repeating: 0, count: 160)
        tone.withUnsafeBufferPointer { tone in octets.withUnsafeMutableBytes { _ = encoder.encode(tone, into: $0) } }
        let before = processorTime()
        for _ in 0..<frames {
            octets.withUnsafeBytes { octets in
                samples.withUnsafeMutableBufferPointer { samples in
                    decoder.decode(octets, into: samples)
                    let narrow = resampler.convert(UnsafeBufferPointer(samples))
                    output.withUnsafeMutableBytes { _ = G711.aLaw.encode(narrow, into: $0) }
                }
            }
        }
        return (processorTime() - before) / Double(frames)
    }

    /// Processor seconds for a second of a recording of 8 kHz and 32 kbit/s.
    static func recording(seconds: Int = 120) throws -> Double {
        let writer = try MP3Writer()
        var noise = ComfortNoise(seed: 1, level: -25)
        var block = [Int16](repeating: 0, count: 4000)
        var encoded: [UInt8] = []
        block.withUnsafeMutableBufferPointer { noise.fill($0) }
        let before = processorTime()
        for _ in 0..<seconds * 2 {
            try block.withUnsafeBufferPointer { block throws in try writer.append(block, to: &encoded) }
            encoded.removeAll(keepingCapacity: true)
        }
        try writer.finish(to: &encoded)
        return (processorTime() - before) / Double(seconds)
    }

    /// Seconds that this thread has used.
    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
