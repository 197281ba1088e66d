import Media
import Testing

@Suite struct ToneTests {
    static func play(_ script: String, loops: Bool = false, samples: Int, frame: Int = 160) throws -> (
        sound: [Int16], count: Int
    ) {
        var generator = ToneGenerator(try ToneScript(parsing: script), loops: loops)
        var sound = [Int16](repeating: 99, count: samples)
        var count = 0
        for start in stride(from: 0, to: samples, by: frame) {
            sound.withUnsafeMutableBufferPointer { buffer in
                count += generator.fill(
                    UnsafeMutableBufferPointer(rebasing: buffer[start..<min(start + frame, samples)]))
            }
        }
        return (sound, count)
    }

    @Test func `The North American ringback holds both tones at their level, then silence`() throws {
        let (sound, _) = try Self.play(ProgressTone.ringbackUS, samples: 8000 * 9)
        for frequency in [440.0, 480.0] {
            let meter = Goertzel(frequency: frequency)
            #expect(abs(meter.dBm0(in: sound, 4000..<12_000) + 19) < 0.2)
            #expect(meter.dBm0(in: sound, 16_000..<48_000) < -90)
            #expect(abs(meter.dBm0(in: sound, 52_000..<60_000) + 19) < 0.2)
        }
        #expect(sound[16_000..<48_000].allSatisfy { $0 == 0 })
        #expect(Goertzel(frequency: 520).dBm0(in: sound, 4000..<12_000) < -60)
    }

    @Test func `The Russian ringback lasts five seconds and repeats in a loop`() throws {
        let script = try ToneScript(parsing: ProgressTone.ringbackRU)
        #expect(script.durationMilliseconds == 5000)
        let once = try Self.play(ProgressTone.ringbackRU, samples: 50_000)
        #expect(once.count == 40_000 && once.sound[40_000...].allSatisfy { $0 == 0 })
        let looped = try Self.play(ProgressTone.ringbackRU, loops: true, samples: 50_000)
        #expect(looped.count == 50_000)
        #expect(abs(Goertzel(frequency: 425).dBm0(in: looped.sound, 40_800..<47_200) + 19) < 0.2)
    }

    @Test func `Times are exact to the sample, ramps keep clicks out`() throws {
        let (sound, _) = try Self.play("1000@-10;2(.1/.1/1)", samples: 16_000, frame: 77)
        for start in stride(from: 0, to: 16_000, by: 1600) {
            #expect(sound[(start + 800)..<(start + 1600)].allSatisfy { $0 == 0 })
            #expect(sound[start] == 0 && sound[start + 799] == 0)
            #expect(sound[(start + 24)..<(start + 776)].contains { abs(Int($0)) > 6000 })
        }
        for (left, right) in zip(sound, sound.dropFirst()) { #expect(abs(Int(left) - Int(right)) < 6000) }
    }

    @Test func `The phase runs on over segments and frames that join`() throws {
        let whole = try Self.play("425@-13;*(*/0/1)", samples: 24_000).sound
        let parts = try Self.play("425@-13;*(1/0/1,.7/0/1)", samples: 24_000, frame: 53).sound
        let worst = zip(whole, parts).map { abs(Int($0) - Int($1)) }.max() ?? 0
        #expect(worst <= 1)
        #expect(abs(Goertzel(frequency: 425).dBm0(in: whole) + 13) < 0.1)
    }

    @Test func `Sections follow each other`() throws {
        let (sound, count) = try Self.play("350@-19,440@-13;2(.1/.1/1);1(*/0/2);.5(1/0/0)", samples: 32_000)
        #expect(count == 28_000)
        #expect(abs(Goertzel(frequency: 440).dBm0(in: sound, 16_800..<23_200) + 13) < 0.2)
        #expect(Goertzel(frequency: 440).dBm0(in: sound, 0..<800) < -40)
        #expect(sound[24_000..<28_000].allSatisfy { $0 == 0 })
    }

    @Test func `The information tone rises`() throws {
        let (sound, _) = try Self.play(ProgressTone.specialInformation, samples: 9120)
        let meter = ToneMeter(frequencies: [985, 1428, 1777], blockMilliseconds: 20)
        let heard = meter.read(sound).compactMap(\.frequency)
        #expect(
            heard == [Double](repeating: 985, count: 19) + [Double](repeating: 1428, count: 19)
                + [Double](repeating: 1777, count: 19))
    }

    @Test func `A tone without end keeps level and pitch for an hour`() throws {
        var generator = ToneGenerator(try ToneScript(parsing: "440@-19;*(*/0/1)"))
        var frame = [Int16](repeating: 0, count: 8000)
        for _ in 0..<180 { frame.withUnsafeMutableBufferPointer { _ = generator.fill($0) } }
        let level = Goertzel(frequency: 440).dBm0(in: frame)
        #expect(abs(level + 19) < 0.05)
    }

    @Test func `Loud components are clipped, not wrapped`() throws {
        let (sound, _) = try Self.play("1000@3,1000@3,1000@3;1(*/0/1+2+3)", samples: 8000)
        #expect(sound.contains(32_767) && sound.contains(-32_768))
        for (left, right) in zip(sound, sound.dropFirst()) { #expect(abs(Int(left) - Int(right)) < 60_000) }
    }

    @Test(arguments: [
        ("", ToneScriptError.Code.section), ("440@-19", .section), ("440@-19;", .section),
        ("440;*(2/4/1)", .frequencies),
        ("4000@-19;*(2/4/1)", .frequencies), ("440@9;*(2/4/1)", .frequencies), ("0@-9;*(2/4/1)", .frequencies),
        ("1e3@-9;*(2/4/1)", .frequencies), ("1@1,2@1,3@1,4@1,5@1,6@1,7@1;1(1/1/1)", .frequencies),
        ("440@-19;0(1/1/1)", .section), ("440@-19;-1(1/1/1)", .section), ("440@-19;*(2/4/1", .section),
        ("440@-19;x(2/4/1)", .section), ("440@-19;*()", .segment), ("440@-19;*(2/4)", .segment),
        ("440@-19;*(0/0/1)", .segment), ("440@-19;*(.00001/0/1)", .segment), ("440@-19;*(2/4/2)", .mix),
        ("440@-19;*(2/4/1+)", .mix), ("440@-19;*(2/4/0+1)", .mix), ("440@-19;99999999(2/4/1)", .section),
        ("440@-19;1(1/1/1,1/1/1,1/1/1,1/1/1,1/1/1,1/1/1,1/1/1)", .section),
        (String(repeating: "4", count: 600), .tooLong),
    ])
    func `A wrong script is refused with the part that is wrong`(text: String, code: ToneScriptError.Code) {
        let error = #expect(throws: ToneScriptError.self) { try ToneScript(parsing: text) }
        #expect(error?.code == code)
    }

    @Test(arguments: [
        ProgressTone.ringbackUS, ProgressTone.ringbackRU, ProgressTone.busyUS, ProgressTone.busyRU,
        ProgressTone.congestionUS, ProgressTone.dialUS, ProgressTone.specialInformation,
        "350@-19,440@-19;2(.1/.1/1+2);10(*/0/1+2)", "440@-19, 480@-19; * (2/4/1+2)",
    ])
    func `The usual scripts can be played`(text: String) throws {
        let (sound, _) = try Self.play(text, samples: 8000)
        #expect(sound.contains { abs(Int($0)) > 2000 })
    }

    @Test func `The country chooses the ringback`() {
        #expect(ProgressTone.ringback(country: "US") == "440@-19,480@-19;*(2/4/1+2)")
        #expect(ProgressTone.ringback(country: "ru") == "425@-19;5(1/4/1)")
        #expect(ProgressTone.ringback(country: "XX") == nil)
    }

    @Test func `Mutated scripts never trap or hang`() {
        let original = Array("350@-19,440@-19;2(.1/.1/1+2);10(*/0/1+2)".utf8)
        let letters = Array("0123456789.@-,;()/+*".utf8)
        var generator = SeededGenerator(seed: 8)
        var playable = 0
        var frame = [Int16](repeating: 0, count: 160)
        for _ in 0..<5000 {
            var bytes = original
            for _ in 0..<3 {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] =
                    letters.randomElement(using: &generator) ?? 0
            }
            guard let script = try? ToneScript(parsing: String(decoding: bytes, as: UTF8.self)) else { continue }
            playable += 1
            var tone = ToneGenerator(script, loops: true)
            for _ in 0..<3 { frame.withUnsafeMutableBufferPointer { _ = tone.fill($0) } }
        }
        #expect(playable > 50)
    }
}
