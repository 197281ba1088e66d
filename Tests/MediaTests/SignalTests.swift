import Media
import SDP
import Testing

@Suite struct SignalTests {
    @Test func `Silence frames decode to silence`() {
        for codec in AudioCodec.allCases {
            let payload = SilenceFrame.payload(codec)
            #expect(payload.count == 160)
            guard let law = G711(codec) else { continue }
            #expect(payload.allSatisfy { abs(Int(law.decode($0))) <= 8 })
        }
    }

    @Test func `Comfort noise has its level, no tone and repeats with its seed`() {
        var noise = ComfortNoise(seed: 42, level: -60)
        var samples = [Int16](repeating: 0, count: 16_000)
        samples.withUnsafeMutableBufferPointer { noise.fill($0) }
        let level = samples.withUnsafeBufferPointer { Level.dBm0(of: $0) }
        #expect(abs(level + 60) < 0.5)
        for frequency in stride(from: 200.0, through: 3800, by: 100) {
            #expect(Goertzel(frequency: frequency).dBm0(in: samples) < -80)
        }
        #expect(abs(samples.map { Int($0) }.reduce(0, +)) < 16_000)
        var again = ComfortNoise(seed: 42, level: -60)
        var other = ComfortNoise(seed: 43, level: -60)
        var copies = ([Int16](repeating: 0, count: 100), [Int16](repeating: 0, count: 100))
        copies.0.withUnsafeMutableBufferPointer { again.fill($0) }
        copies.1.withUnsafeMutableBufferPointer { other.fill($0) }
        #expect(copies.0 == Array(samples.prefix(100)) && copies.1 != copies.0)
        var zero = ComfortNoise(seed: 0, level: .nan)
        copies.0.withUnsafeMutableBufferPointer { zero.fill($0) }
        #expect(copies.0.allSatisfy { $0 == 0 })
    }

    @Test func `A level and its amplitude belong together`() {
        #expect(abs(Level.amplitude(dBm0: 3.14) - 32_767) < 0.01)
        #expect(abs(Level.amplitude(dBm0: -19) - 2560) < 2)
        #expect(abs(Level.dBm0(amplitude: Level.amplitude(dBm0: -27.5)) + 27.5) < 1e-9)
        let sine = Sine.samples(1000, dBm0: -15, count: 8000)
        #expect(abs(sine.withUnsafeBufferPointer { Level.dBm0(of: $0) } + 15) < 0.01)
        #expect(Level.dBm0(amplitude: 0) == -.infinity)
        #expect([Int16]().withUnsafeBufferPointer { Level.dBm0(of: $0) } == -.infinity)
    }

    @Test func `The meter tells which tone sounds when`() {
        let sound =
            Sine.samples(440, dBm0: -20, count: 4000) + [Int16](repeating: 0, count: 4000)
            + Sine.samples(1000, dBm0: -30, count: 4000) + Sine.samples(2500, dBm0: -20, count: 4000)
        let readings = ToneMeter(frequencies: [440, 1000]).read(sound)
        #expect(readings.count == 40)
        let expected: [Double?] =
            [Double?](repeating: 440, count: 10) + [Double?](repeating: nil, count: 10)
            + [Double?](repeating: 1000, count: 10) + [Double?](repeating: nil, count: 10)
        #expect(readings.map(\.frequency) == expected)
        #expect(abs(readings[5].dBm0 + 20) < 0.3 && abs(readings[25].dBm0 + 30) < 0.3)
        #expect(readings[15].dBm0 == -.infinity && abs(readings[35].dBm0 + 20) < 0.3)
        #expect(readings[25].start == 10_000)
    }
}
