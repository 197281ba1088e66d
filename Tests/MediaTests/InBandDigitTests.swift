import Media
import Testing

@Suite struct InBandDigitTests {
    /// Plays digits frame by frame through `change` into a detector.
    static func hear(
        _ text: String, level: Int = -10, frame: Int = 160, change: (inout [Int16]) -> Void = { _ in }
    ) throws -> String {
        let generator = try #require(InBandDigitGenerator(level: level))
        let detector = try #require(InBandDigitDetector())
        generator.send(DialString(text))
        var heard = ""
        var samples = [Int16](repeating: 1, count: frame)
        var rounds = 0
        while generator.isBusy || rounds % 10 != 0, rounds < 5000 {
            rounds += 1
            samples.withUnsafeMutableBufferPointer { _ = generator.fill($0) }
            change(&samples)
            samples.withUnsafeBufferPointer { detector.process($0) { heard += "\($0)" } }
        }
        return heard
    }

    @Test func `All sixteen digits are heard once each`() throws {
        #expect(try Self.hear("0123456789*#ABCD1155") == "0123456789*#ABCD1155")
    }

    @Test func `Digits are heard through G.711 and in odd frames`() throws {
        for law in [G711.muLaw, .aLaw] {
            let heard = try Self.hear("159#D", frame: 101) { samples in
                for index in samples.indices { samples[index] = law.decode(law.encode(samples[index])) }
            }
            #expect(heard == "159#D")
        }
    }

    @Test func `Faint digits are heard, noise and music tones are not`() throws {
        #expect(try Self.hear("42", level: -25) == "42")
        let detector = try #require(InBandDigitDetector())
        var noise = ComfortNoise(seed: 9, level: -20)
        var tone = ToneGenerator(try ToneScript(parsing: "440@-10,660@-10;*(*/0/1+2)"))
        var heard = 0
        var samples = [Int16](repeating: 0, count: 160)
        for round in 0..<1000 {
            samples.withUnsafeMutableBufferPointer { buffer in
                if round < 500 { noise.fill(buffer) } else { _ = tone.fill(buffer) }
            }
            samples.withUnsafeBufferPointer { detector.process($0) { _ in heard += 1 } }
        }
        #expect(heard == 0)
    }

    @Test func `A pause is silence of its length`() throws {
        let generator = try #require(InBandDigitGenerator())
        generator.send(DialString("p1"))
        var silence = [Int16](repeating: 5, count: 4000)
        silence.withUnsafeMutableBufferPointer { _ = generator.fill($0) }
        #expect(silence.allSatisfy { $0 == 0 })
        var sound = [Int16](repeating: 5, count: 2000)
        sound.withUnsafeMutableBufferPointer { _ = generator.fill($0) }
        #expect(sound.prefix(700).contains { abs(Int($0)) > 5000 })
        #expect(sound.suffix(300).allSatisfy { $0 == 0 })
        #expect(!generator.isBusy)
        let isDigit = sound.withUnsafeMutableBufferPointer { generator.fill($0) }
        #expect(!isDigit)
    }
}
