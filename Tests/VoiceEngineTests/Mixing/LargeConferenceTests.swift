import Media
import SDP
import Testing

@testable import VoiceEngine

@Suite("Large conferences, sample by sample", .serialized)
struct LargeConferenceTests {
    private static let frames = 12

    /// What a party says: a faint sine of his own, or nothing.
    private func speech(_ number: Int, isSilent: Bool) -> [[UInt8]] {
        (0..<Self.frames).map { frame in
            guard !isSilent else { return [UInt8](repeating: G711.muLaw.silence, count: 160) }
            let hertz = 300 + 25 * Double(number)
            return TestSound.encode(TestSound.sine(hertz, count: 160, from: frame * 160).map { $0 / 25 })
        }
    }

    /// The sum of a frame of all but one, as it is sent.
    private func mix(_ sounds: [[[Int16]]], frame: Int, without own: Int) -> [UInt8] {
        (0..<160).map { sample in
            let sum = sounds.indices.reduce(0) { $0 + ($1 == own ? 0 : Int(sounds[$1][frame][sample])) }
            return G711.muLaw.encode(Int16(clamping: sum))
        }
    }

    @Test("Each of a hundred hears the sum of the others to the octet, whether all talk or five", arguments: [100, 5])
    func hundred(talkers: Int) throws {
        let stage = try SteppedGraph()
        let conference = stage.unit(.conference)
        let legs = try (0..<100).map { _ in try stage.leg() }
        stage.join(legs, conference)
        let speeches = legs.indices.map { speech($0, isSilent: $0 >= talkers) }
        var heard: [[[UInt8]]] = legs.map { _ in [] }
        for frame in 0..<Self.frames {
            for (index, leg) in legs.enumerated() { stage.say(speeches[index][frame], leg) }
            stage.tick()
            for (index, leg) in legs.enumerated() { if let octets = stage.heard(leg) { heard[index].append(octets) } }
        }
        let sounds = speeches.map { frames in frames.map { TestSound.decode($0) } }
        let quiet = [UInt8](repeating: G711.muLaw.silence, count: 160)
        let delay = try #require(heard[99].firstIndex { $0 != quiet }, "nothing was heard")
        #expect(delay < 4)
        for (index, frames) in heard.enumerated() {
            try #require(frames.count == Self.frames, "\(index) was sent \(frames.count) frames")
            for frame in 0..<Self.frames - delay {
                try #require(
                    frames[frame + delay] == mix(sounds, frame: frame, without: index < talkers ? index : -1),
                    "party \(index), frame \(frame)")
            }
        }
    }

    @Test("A party that is removed in mid-sentence is not heard from the next tick on, nor is anything else of it")
    func removedWhileSpeaking() throws {
        let stage = try SteppedGraph()
        let conference = stage.unit(.conference)
        let legs = try (0..<3).map { _ in try stage.leg() }
        stage.join(legs, conference)
        let speeches = legs.indices.map { speech($0, isSilent: false) }
        let sounds = speeches.map { frames in frames.map { TestSound.decode($0) } }
        var last: [UInt8]?
        for frame in 0..<Self.frames {
            if frame == 8 { stage.perform(.removeLeg(legs[0].id)) }
            for (index, leg) in legs.enumerated() where index > 0 || frame < 8 {
                stage.say(speeches[index][frame], leg)
            }
            stage.tick()
            last = stage.heard(legs[1])
            let delay = 1
            guard frame >= 6 else { continue }
            var expected = sounds
            if frame >= 8 { expected[0] = sounds[0].map { $0.map { _ in 0 } } }
            #expect(last == mix(expected, frame: frame - delay, without: 1), "frame \(frame)")
        }
        #expect(last != nil)
        guard case .legRemoved(legs[0].id, _) = stage.events.all.last else {
            return #expect(Bool(false), "the leg's end was not reported")
        }
    }

    @Test("A party that changes its codec in mid-sentence is heard before and after, and hears the others")
    func changesRate() throws {
        let stage = try SteppedGraph()
        let folder = try TestFolder()
        let conference = stage.unit(.conference)
        let recorder = stage.unit(
            .recorder(RecordingPlan(path: folder.file("rates.mp3"), content: .mix, format: .mp3, quality: .telephone)))
        let (changing, steady) = (try stage.leg(), try stage.leg(.pcma))
        stage.join([changing, steady], conference)
        stage.perform(.connect(from: .unit(conference), to: .unit(recorder)))
        let (own, other, decoder) = (FrameEncoder(), FrameEncoder(), FrameDecoder())
        let narrow = RateAdapter()
        var heard: (changing: [Int16], steady: [Int16]) = ([], [])
        for frame in 0..<150 {
            if frame % 30 == 29 { stage.agree(changing, on: changing.codec == .g722 ? .pcmu : .g722) }
            stage.say(tone(1000, frame, changing.codec, own), changing)
            stage.say(tone(440, frame, .pcma, other), steady)
            stage.tick()
            if let octets = stage.heard(steady) { heard.steady += TestSound.decode(octets, .aLaw) }
            if let octets = stage.heard(changing) {
                octets.withUnsafeBytes {
                    heard.changing += narrow.convert(decoder.decode($0, WireCodec(changing.codec)), to: .narrow)
                }
            }
        }
        #expect(TestSound.share(1000, in: heard.steady) > 0.8)
        #expect(TestSound.share(440, in: heard.steady) < 0.05)
        #expect(TestSound.share(440, in: heard.changing) > 0.8)
        #expect(TestSound.share(1000, in: heard.changing) < 0.05)
        stage.perform(.removeUnit(recorder))
        stage.drain()
        let clip = try AudioDecoder().decode(path: folder.file("rates.mp3"))
        #expect(abs(Double(clip.samples.count) / 8000 - 3) < 0.2)
        for hertz in [440.0, 1000] { #expect(TestSound.share(hertz, in: clip.samples) > 0.8, "\(hertz) Hz") }
    }

    /// A frame of a tone at the rate of the codec.
    private func tone(_ hertz: Double, _ frame: Int, _ codec: AudioCodec, _ encoder: FrameEncoder) -> [UInt8] {
        let rate = codec == .g722 ? 16_000 : 8000
        var octets = [UInt8](repeating: 0, count: 160)
        let samples = TestSound.sine(hertz, count: rate / 50, from: frame * rate / 50, rate: rate).map { $0 / 2 }
        samples.withUnsafeBufferPointer { frame in
            octets.withUnsafeMutableBytes { encoder.encode(frame, as: WireCodec(codec), into: $0) }
        }
        return octets
    }
}
