import Media
import SDP
import Testing

@Suite struct G722Tests {
    /// Through coder and decoder, in frames of 20 ms.
    static func pass(_ samples: [Int16], rate: SoundRate = .wide) throws -> [Int16] {
        let encoder = try #require(G722Encoder())
        let decoder = try #require(G722Decoder(rate))
        return stride(from: 0, to: samples.count, by: 320).flatMap { start in
            decode(encode(Array(samples[start..<min(start + 320, samples.count)]), encoder), decoder)
        }
    }

    static func encode(_ samples: [Int16], _ encoder: G722Encoder) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: samples.count / 2)
        let count = samples.withUnsafeBufferPointer { samples in
            octets.withUnsafeMutableBytes { encoder.encode(samples, into: $0) }
        }
        #expect(count == octets.count)
        return octets
    }

    static func decode(_ octets: [UInt8], _ decoder: G722Decoder) -> [Int16] {
        var samples = [Int16](repeating: 0, count: octets.count * decoder.samplesPerOctet)
        let count = octets.withUnsafeBytes { octets in
            samples.withUnsafeMutableBufferPointer { decoder.decode(octets, into: $0) }
        }
        #expect(count == samples.count)
        return samples
    }

    static func level(_ frequency: Double, _ samples: ArraySlice<Int16>, rate: SoundRate) -> Double {
        Goertzel(frequency: frequency, sampleRate: rate.rawValue).dBm0(in: Array(samples))
    }

    @Test(arguments: [300.0, 1000, 3000, 5000, 6500])
    func `A tone keeps its level and purity up to nearly 7 kHz`(frequency: Double) throws {
        let tone = Sine.samples(frequency, dBm0: -10, count: 16_000, rate: 16_000)
        let heard = try Self.pass(tone)[4000..<12_000]
        let level = Self.level(frequency, heard, rate: .wide)
        #expect(abs(level + 10) < 0.7, "\(frequency) Hz at \(level) dBm0")
        let whole = Array(heard).withUnsafeBufferPointer { Level.dBm0(of: $0) }
        let amplitude = (whole: Level.amplitude(dBm0: whole), tone: Level.amplitude(dBm0: level))
        let noise = amplitude.whole * amplitude.whole - amplitude.tone * amplitude.tone
        // The upper band has two bits for a sample, the lower one six.
        let ratio = frequency > 4000 ? 100.0 : 300
        #expect(noise < amplitude.tone * amplitude.tone / ratio, "too noisy")
    }

    @Test func `The lower band alone is telephone sound`() throws {
        let tone = Sine.samples(1000, dBm0: -10, count: 16_000, rate: 16_000)
        let heard = try Self.pass(tone, rate: .narrow)
        #expect(heard.count == 8000)
        #expect(abs(Self.level(1000, heard[2000..<6000], rate: .narrow) + 10) < 1)
        #expect(Sine.signalToNoise(1000, in: heard[2000..<6000]) > 25)
    }

    @Test func `A coder that follows another goes on without a seam`() throws {
        let tone = Sine.samples(700, dBm0: -10, count: 6400, rate: 16_000)
        let first = try #require(G722Encoder())
        let second = try #require(G722Encoder())
        let before = Self.encode(Array(tone[..<3200]), first)
        second.follow(first)
        #expect(Self.encode(Array(tone[3200...]), first) == Self.encode(Array(tone[3200...]), second))
        #expect(before.count == 1600)
    }

    @Test func `Silence and noise are what they are called`() throws {
        let decoder = try #require(G722Decoder())
        let silence = Self.decode(SilenceFrame.payload(.g722) + SilenceFrame.payload(.g722), decoder)
        let peak = silence.map { abs(Int($0)) }.max() ?? 0
        // The coder is never quite still; −60 dBm0 is nothing that anybody hears.
        #expect(peak <= 22, "peak \(peak)")
        let frames = ComfortFrames(level: -55)
        var octets = [UInt8](repeating: 0, count: 160 * 50)
        for number in 0..<50 {
            octets.withUnsafeMutableBytes {
                frames.copy(number, codec: .g722, into: .init(rebasing: $0[number * 160..<(number + 1) * 160]))
            }
        }
        let noise = Self.decode(octets, try #require(G722Decoder()))
        let level = noise[1600...].withUnsafeBufferPointer { Level.dBm0(of: $0) }
        #expect(abs(level + 55) < 3, "\(level) dBm0")
    }

    @Test(arguments: [(SoundRate.narrow, SoundRate.wide), (.wide, .narrow)])
    func `Frames change their rate one by one, with level and purity`(from: SoundRate, to: SoundRate) {
        let resampler = FrameResampler(from: from, to: to)
        let tone = Sine.samples(1000, dBm0: -10, count: from.rawValue, rate: from.rawValue)
        var output: [Int16] = []
        for start in stride(from: 0, to: tone.count, by: from.frameLength) {
            let frame = tone[start..<start + from.frameLength].withUnsafeBufferPointer { resampler.convert($0) }
            #expect(frame.count == to.frameLength)
            output += frame
        }
        let middle = output[to.rawValue / 4..<to.rawValue * 3 / 4]
        #expect(abs(Self.level(1000, middle, rate: to) + 10) < 0.1)
        #expect(middle.allSatisfy { abs(Int($0)) < 8000 })
    }

    @Test func `What is no law is no G.711`() {
        #expect(G711(.g722) == nil)
        #expect(G711(.pcma) == .aLaw)
    }
}
