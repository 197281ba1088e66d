import Foundation
import Media
import SDP
import Testing

@testable import VoiceEngine

@Suite("Recording", .serialized)
struct RecordingTests {
    private func stopped(_ bench: MediaBench, _ recording: RecordingID) -> Int? {
        let event = bench.events.wait {
            if case .recordStopped(_, recording, _) = $0 { true } else { false }
        }
        guard case .recordStopped(_, _, let milliseconds) = event else { return nil }
        return milliseconds
    }

    /// Lets two phones talk in real time: `frames` frames, each its own frequency.
    private func talk(_ a: TestPhone, _ first: Double, _ b: TestPhone, _ second: Double, frames: Int) {
        let beat = Beat()
        for frame in 0..<frames {
            beat.next()
            a.say(TestSound.encode(TestSound.sine(first, count: 160, from: frame * 160)))
            b.say(TestSound.encode(TestSound.sine(second, count: 160, from: frame * 160)))
        }
    }

    /// The samples of a 16-bit wav file by channel.
    private func channels(_ path: String) throws -> [[Int16]] {
        let data = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        try #require(data.count > 44)
        let count = Int(data[22])
        let samples = stride(from: 44, to: data.count - 1, by: 2).map {
            Int16(bitPattern: UInt16(data[$0]) | UInt16(data[$0 + 1]) << 8)
        }
        return (0..<count).map { channel in stride(from: channel, to: samples.count, by: count).map { samples[$0] } }
    }

    private func middle(_ samples: [Int16]) -> [Int16] { Array(samples[samples.count / 4..<samples.count * 3 / 4]) }

    @Test("A lossless recording is a flac of 16 kHz with both sides")
    func recordsLossless() throws {
        let folder = try TestFolder()
        let bench = try MediaBench()
        let (a, b) = (try bench.leg(), try bench.leg())
        bench.loop.connect(from: b.id, to: a.id)
        let path = folder.file("both.flac")
        let recording = bench.loop.record(a.id, to: path, stereo: true, quality: .lossless)
        #expect(bench.events.wait { $0 == .recordStarted(a.id, recording) } != nil)
        talk(a.phone, 440, b.phone, 1000, frames: 60)
        bench.loop.removeLeg(a.id)
        let length = try #require(stopped(bench, recording))
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        #expect(bytes.prefix(4) == Array("fLaC".utf8)[...])
        // The rate stands in 20 bits, the channels less one in the next 3 (RFC 9639, 8.2).
        #expect(Int(bytes[18]) << 12 | Int(bytes[19]) << 4 | Int(bytes[20]) >> 4 == 16_000)
        #expect(bytes[20] >> 1 & 7 == 1)
        let clip = try AudioDecoder().decode(bytes)
        #expect(abs(clip.durationMilliseconds - length) < 60)
        #expect(TestSound.share(440, in: middle(clip.samples)) > 0.6)
        #expect(TestSound.share(1000, in: middle(clip.samples)) > 0.6)
    }

    @Test("The mp3 of a bridged leg holds both voices and lasts as long as they spoke")
    func recordsMix() throws {
        let folder = try TestFolder()
        let bench = try MediaBench()
        let (a, b) = (try bench.leg(), try bench.leg(.pcma))
        bench.loop.connect(from: a.id, to: b.id)
        bench.loop.connect(from: b.id, to: a.id)
        let path = folder.file("mix.mp3")
        let recording = bench.loop.record(a.id, to: path)
        #expect(bench.events.wait { $0 == .recordStarted(a.id, recording) } != nil)
        #expect(FileManager.default.fileExists(atPath: path))
        talk(a.phone, 440, b.phone, 1000, frames: 60)
        bench.loop.removeLeg(a.id)
        let length = try #require(stopped(bench, recording))
        #expect(length > 1100 && length < 1600)
        let clip = try AudioDecoder().decode(path: path)
        #expect(abs(clip.durationMilliseconds - length) < 250)
        #expect(TestSound.share(440, in: middle(clip.samples)) > 0.6)
        #expect(TestSound.share(1000, in: middle(clip.samples)) > 0.6)
        #expect(TestSound.share(700, in: middle(clip.samples)) < 0.1)
    }

    @Test("In stereo the left side is what the far end hears, the right what it says, through a hold with music")
    func recordsStereo() throws {
        let folder = try TestFolder()
        let bench = try MediaBench()
        let (a, b) = (try bench.leg(), try bench.leg())
        bench.loop.connect(from: a.id, to: b.id)
        bench.loop.connect(from: b.id, to: a.id)
        let path = folder.file("stereo.wav")
        let recording = RecordingID(rawValue: 1000)
        bench.loop.post(
            .record(a.id, recording, RecordingPlan(path: path, content: .stereo, format: .wav, quality: .telephone)))
        talk(a.phone, 440, b.phone, 1000, frames: 50)
        bench.loop.play(a.id, PCMClip(samples: TestSound.sine(1500, count: 8000)), loop: true)
        talk(a.phone, 440, b.phone, 1000, frames: 50)
        bench.loop.stopRecording(a.id, recording)
        #expect(stopped(bench, recording) != nil)
        let sides = try channels(path)
        try #require(sides.count == 2 && sides[0].count > 14_000)
        let (talk, hold) = (2400..<6400, 10_400..<14_400)
        #expect(TestSound.share(1000, in: Array(sides[0][talk])) > 0.6)
        #expect(TestSound.share(440, in: Array(sides[0][talk])) < 0.1)
        #expect(TestSound.share(440, in: Array(sides[1][talk])) > 0.6)
        #expect(TestSound.share(1000, in: Array(sides[1][talk])) < 0.1)
        #expect(TestSound.share(1500, in: Array(sides[0][hold])) > 0.6)
        #expect(TestSound.share(1000, in: Array(sides[0][hold])) < 0.1)
        #expect(TestSound.share(440, in: Array(sides[1][hold])) > 0.6)
    }

    @Test("A phone's wav holds what it hears and nothing of what it says")
    func hears() throws {
        let folder = try TestFolder()
        let bench = try MediaBench()
        let leg = try bench.leg(.pcma)
        let path = folder.file("heard.wav")
        let recording = bench.loop.hear(leg.id, to: path)
        bench.loop.play(leg.id, PCMClip(samples: TestSound.sine(1000, count: 8000)), loop: true)
        let beat = Beat()
        for frame in 0..<40 {
            beat.next()
            leg.phone.say(TestSound.encode(TestSound.sine(440, count: 160, from: frame * 160), .aLaw), type: 8)
        }
        bench.loop.stopRecording(leg.id, recording)
        #expect(stopped(bench, recording) != nil)
        let sound = try #require(try channels(path).first)
        #expect(TestSound.share(440, in: middle(sound)) > 0.6)
        #expect(TestSound.share(1000, in: middle(sound)) < 0.1)
    }

    @Test("Packets that come in the wrong order, late or not at all are recorded in their place")
    func ordersPackets() {
        let track = SoundTrack(delay: 60)
        var sound: [Int16] = []
        for tick in 0..<40 {
            // Neighbours change places; the tenth packet is lost.
            let number = tick.isMultiple(of: 2) ? tick + 1 : tick - 1
            if number != 10 {
                let header = RTPHeader(
                    payloadType: 0, sequenceNumber: SequenceNumber(rawValue: UInt16(number)),
                    timestamp: RTPTimestamp(rawValue: UInt32(number * 160)), ssrc: SynchronizationSource(rawValue: 1))
                TestSound.encode(TestSound.sine(425, count: 160, from: number * 160)).withUnsafeBytes {
                    track.insert($0, header, codec: .pcmu, at: UInt64(tick * 20_000))
                }
            }
            sound += track.takeFrame().map { Array($0) } ?? [Int16](repeating: 0, count: 160)
        }
        let start = sound.firstIndex { $0 != 0 } ?? 0
        let frames = stride(from: start - start % 160, to: sound.count - 159, by: 160).map {
            Array(sound[$0..<$0 + 160])
        }
        #expect(frames.count > 30)
        for (number, frame) in frames.enumerated() {
            // What is lost is bridged by the frame before, half as loud.
            let source = number == 10 ? 9 : number
            let expected = TestSound.sine(425, count: 160, from: source * 160).map { number == 10 ? $0 / 2 : $0 }
            #expect(zip(frame, expected).allSatisfy { abs(Int($0) - Int($1)) < 300 }, "frame \(number)")
        }
    }

    @Test("A recording that cannot be written is reported and leaves the call alone")
    func reportsFailure() throws {
        let bench = try MediaBench { $0.sendsSilence = false }
        let (a, b) = (try bench.leg(), try bench.leg())
        bench.loop.connect(from: a.id, to: b.id)
        let recording = bench.loop.record(a.id, to: "/nonexistent/directory/x.mp3")
        let full = bench.loop.record(a.id, to: "/dev/full")
        let failure = bench.events.wait { if case .recordFailed(a.id, recording, _) = $0 { true } else { false } }
        guard case .recordFailed(_, _, let reason) = failure else {
            Issue.record("no failure reported")
            return
        }
        #expect(reason.contains("/nonexistent/directory/x.mp3"))
        #expect(bench.events.wait { if case .recordFailed(a.id, full, _) = $0 { true } else { false } } != nil)
        a.phone.say([1])
        #expect(try #require(b.phone.receive()).payload == [1])
    }

    @Test("Stopping the loop completes the recordings of running calls")
    func completesOnStop() throws {
        let folder = try TestFolder()
        let bench = try MediaBench()
        let leg = try bench.leg()
        bench.loop.play(leg.id, PCMClip(samples: TestSound.sine(1000, count: 8000)), loop: true)
        let recording = bench.loop.record(leg.id, to: folder.file("last.mp3"))
        #expect(leg.phone.collect(30).count == 30)
        bench.loop.stop()
        let ends = bench.events.all.filter {
            if case .recordStopped(leg.id, recording, let length) = $0 { length > 400 } else { false }
        }
        #expect(ends.count == 1)
        let clip = try AudioDecoder().decode(path: folder.file("last.mp3"))
        #expect(TestSound.share(1000, in: middle(clip.samples)) > 0.6)
    }
}
