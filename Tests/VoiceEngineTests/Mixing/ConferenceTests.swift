import Media
import SDP
import Testing

@testable import VoiceEngine

@Suite("Conferences", .serialized)
struct ConferenceTests {
    private static let tones = [440.0, 1000, 1900]

    private func join(_ bench: MediaBench, _ voices: [TestVoice], _ conference: MediaUnitID) {
        for voice in voices {
            bench.loop.connect(from: voice.node, to: .unit(conference))
            bench.loop.connect(from: .unit(conference), to: voice.node)
        }
    }

    @Test(
        "Each of three hears the two others and not himself, whatever the codecs",
        arguments: [[AudioCodec.pcmu, .pcmu, .pcmu], [.pcmu, .pcma, .g722], [.g722, .g722, .g722]])
    func threeParties(codecs: [AudioCodec]) throws {
        let bench = try MediaBench()
        let voices = try zip(Self.tones, codecs).map { try TestVoice(bench, $0, codec: $1) }
        join(bench, voices, bench.loop.addConference())
        bench.settle()
        TestVoice.talk(voices, frames: 25)
        for voice in voices { voice.forget() }
        TestVoice.talk(voices, frames: 60)
        for (index, voice) in voices.enumerated() {
            for (other, tone) in Self.tones.enumerated() {
                let share = voice.share(tone)
                #expect(index == other ? share < 0.1 : share > 0.6, "\(index) hears \(tone) Hz in \(share)")
            }
        }
    }

    @Test("A player and a recorder take part; what was played is in the file, and a party that left is not heard")
    func playerAndRecorder() throws {
        let folder = try TestFolder()
        let bench = try MediaBench()
        let (speaker, listener) = (try TestVoice(bench, 440), try TestVoice(bench, nil))
        let conference = bench.loop.addConference()
        let player = bench.loop.addPlayer()
        let recorder = bench.loop.addRecorder(to: folder.file("mix.mp3"))
        join(bench, [speaker, listener], conference)
        bench.loop.connect(from: .unit(player), to: .unit(conference))
        bench.loop.connect(from: .unit(conference), to: .unit(recorder))
        bench.loop.setSound(player, .clip(PCMClip(samples: TestSound.sine(1900, count: 8000)), loops: true))
        bench.settle()
        TestVoice.talk([speaker, listener], frames: 50)
        bench.loop.removeLeg(speaker.leg.id)
        bench.loop.removeUnit(recorder)
        bench.settle()
        #expect(listener.share(440) > 0.5)
        #expect(listener.share(1900) > 0.5)
        #expect(speaker.share(440) < 0.1)
        guard case .recorderStopped = bench.events.wait(for: { $0.isStop(of: recorder) }) else {
            return #expect(Bool(false), "the file is not complete")
        }
        let clip = try AudioDecoder().decode(path: folder.file("mix.mp3"))
        #expect(TestSound.share(440, in: clip.samples) > 0.5)
        #expect(TestSound.share(1900, in: clip.samples) > 0.5)
        listener.listen()
        listener.forget()
        TestVoice.talk([listener], frames: 30)
        #expect(listener.share(440) < 0.2)
        #expect(listener.share(1900) > 0.6)
    }

    @Test("The noise of many lines does not add up")
    func gates() throws {
        let bench = try MediaBench()
        let listener = try TestVoice(bench, nil)
        let lines = try (0..<20).map { _ in try TestVoice(bench, nil, noise: -47) }
        join(bench, lines + [listener], bench.loop.addConference())
        bench.settle()
        TestVoice.talk(lines + [listener], frames: 140)
        listener.forget()
        TestVoice.talk(lines + [listener], frames: 20)
        let level = listener.heard.withUnsafeBufferPointer { Level.dBm0(of: $0) }
        // Twenty such lines would add up to −34.
        #expect(level < -50, "\(level) dBm0")
    }

    @Test("Two conferences that hear each other are one, without an echo")
    func nested() throws {
        let bench = try MediaBench()
        let voices = try Self.tones.map { try TestVoice(bench, $0) }
        let (left, right) = (bench.loop.addConference(), bench.loop.addConference())
        join(bench, Array(voices[..<2]), left)
        join(bench, Array(voices[2...]), right)
        bench.loop.connect(from: .unit(left), to: .unit(right))
        bench.loop.connect(from: .unit(right), to: .unit(left))
        bench.settle()
        TestVoice.talk(voices, frames: 25)
        for voice in voices { voice.forget() }
        TestVoice.talk(voices, frames: 60)
        for (index, voice) in voices.enumerated() {
            for (other, tone) in Self.tones.enumerated() {
                let share = voice.share(tone)
                #expect(index == other ? share < 0.1 : share > 0.6, "\(index) hears \(tone) Hz in \(share)")
            }
        }
    }

    @Test("Links that cannot be do nothing: to itself, from a recorder, to a player, to and from what is gone")
    func impossibleLinks() throws {
        let folder = try TestFolder()
        let bench = try MediaBench()
        let voice = try TestVoice(bench, 440)
        let conference = bench.loop.addConference()
        let recorder = bench.loop.addRecorder(to: folder.file("a.mp3"))
        let player = bench.loop.addPlayer()
        let gone = bench.loop.addConference()
        bench.loop.removeUnit(gone)
        for (from, to) in [(conference, conference), (recorder, conference), (conference, player), (gone, conference)] {
            bench.loop.connect(from: .unit(from), to: .unit(to))
            bench.loop.disconnect(from: .unit(from), to: .unit(to))
        }
        for unit in [recorder, gone] { bench.loop.connect(from: .unit(unit), to: voice.node) }
        bench.loop.connect(from: voice.node, to: .unit(gone))
        bench.settle()
        TestVoice.talk([voice], frames: 10)
        #expect(bench.statistics(voice.leg.id)?.packetsSent ?? 0 > 0)
        #expect(voice.share(440) == 0)
        bench.loop.removeUnit(conference)
        bench.loop.removeUnit(conference)
        #expect(bench.statistics(voice.leg.id) != nil)
    }

    @Test("A leg that is linked to itself hears itself; a conference that ends leaves its members silent")
    func echoAndEnd() throws {
        let bench = try MediaBench()
        let (a, b) = (try TestVoice(bench, 440), try TestVoice(bench, 1000))
        let conference = bench.loop.addConference()
        join(bench, [a, b], conference)
        bench.settle()
        TestVoice.talk([a, b], frames: 40)
        #expect(a.share(1000) > 0.4)
        bench.loop.removeUnit(conference)
        bench.settle()
        for voice in [a, b] { voice.listen() }
        for voice in [a, b] { voice.forget() }
        TestVoice.talk([a, b], frames: 30)
        #expect(a.share(1000) < 0.1 && b.share(440) < 0.1)
        bench.loop.connect(from: a.node, to: a.node)
        TestVoice.talk([a], frames: 30)
        #expect(a.share(440) > 0.3)
    }
}

extension MediaEvent {
    /// True for the complete file of a recorder.
    func isStop(of recorder: MediaUnitID) -> Bool {
        if case .recorderStopped(recorder, _) = self { true } else { false }
    }
}
