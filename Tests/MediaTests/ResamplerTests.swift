import Media
import Testing

@Suite struct ResamplerTests {
    static func convert(_ input: [Float], from rate: Int, to target: Int = 8000, chunk: Int = 1000) -> [Int16] {
        var resampler = Resampler(from: rate, to: target)
        var output: [Int16] = []
        input.withUnsafeBufferPointer { input in
            for start in stride(from: 0, to: input.count, by: chunk) {
                let end = min(start + chunk, input.count)
                resampler.process(UnsafeBufferPointer(rebasing: input[start..<end]), into: &output)
            }
        }
        resampler.finish(into: &output)
        return output
    }

    @Test(arguments: [11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 12_345])
    func `A tone in the pass band keeps level, place and purity`(rate: Int) {
        for frequency in [300.0, 1000, 3200] {
            let input = Sine.floats(frequency, amplitude: 0.5, count: rate, rate: rate)
            let output = Self.convert(input, from: rate)
            #expect(abs(output.count - 8000) <= 1)
            let middle = output[1000..<7000]
            // The table of a rate without a small ratio is coarser.
            #expect(Sine.signalToNoise(frequency, in: middle) > (rate == 12_345 ? 55 : 70))
            let level = Goertzel(frequency: frequency).amplitude(in: Array(middle)) / 16_384
            #expect(abs(level - 1) < 0.012)
            let expected = Sine.floats(frequency, amplitude: 16_384, count: 8000, rate: 8000)
            let worst = middle.indices.map { abs(Float(output[$0]) - expected[$0]) }.max() ?? 0
            #expect(worst < 0.015 * 16_384)
        }
    }

    @Test(arguments: [16_000, 44_100, 48_000])
    func `A tone above half the new rate does not come back as another tone`(rate: Int) {
        for frequency in [4200.0, 5000, 7000] {
            let input = Sine.floats(frequency, amplitude: 0.5, count: rate / 2, rate: rate)
            let loudest = Self.convert(input, from: rate)[500..<3500].map { abs(Int($0)) }.max() ?? 0
            #expect(loudest < 16)
        }
    }

    @Test func `The pieces in which sound comes make no difference`() {
        var generator = SeededGenerator(seed: 4)
        let input = (0..<5000).map { _ in Float.random(in: -0.5...0.5, using: &generator) }
        let whole = Self.convert(input, from: 44_100, chunk: 5000)
        for chunk in [1, 7, 353, 4999] { #expect(Self.convert(input, from: 44_100, chunk: chunk) == whole) }
    }

    @Test func `Sound of the same rate passes unchanged and clipped`() {
        #expect(Self.convert([0, 0.5, -1, 2, .nan, -.infinity], from: 8000) == [0, 16_384, -32_768, 32_767, 0, 0])
    }

    @Test func `A higher rate is made without images`() {
        let input = Sine.floats(1000, amplitude: 0.5, count: 8000, rate: 8000)
        let output = Self.convert(input, from: 8000, to: 16_000)
        #expect(output.count == 16_000)
        #expect(abs(Goertzel(frequency: 1000, sampleRate: 16_000).dBm0(in: output, 2000..<14_000) + 2.9) < 0.1)
        #expect(Goertzel(frequency: 7000, sampleRate: 16_000).dBm0(in: output, 2000..<14_000) < -65)
    }
}

extension Goertzel {
    func amplitude(in samples: [Int16]) -> Double { samples.withUnsafeBufferPointer { amplitude(in: $0) } }
}
