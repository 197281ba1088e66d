import CallControl
import Media
import SDP
import Testing

@testable import VoiceEngine

@Suite("Sound into a leg", .serialized)
struct PlaybackTests {
    @Test("A clip comes out in frames of 20 ms with even numbers, and its end is reported")
    func playsClip() throws {
        let bench = try MediaBench { $0.sendsSilence = false }
        let leg = try bench.leg()
        let samples = TestSound.sine(440, count: 160 * 10 + 40)
        let playback = bench.loop.play(leg.id, PCMClip(samples: samples))
        let packets = leg.phone.collect(11)
        #expect(packets.count == 11)
        for (before, after) in zip(packets, packets.dropFirst()) {
            #expect(after.sequence == before.sequence &+ 1)
            #expect(after.timestamp == before.timestamp &+ 160)
        }
        #expect(packets.first?.marker == true)
        #expect(packets.dropFirst().allSatisfy { !$0.marker })
        let sound = packets.flatMap { TestSound.decode($0.payload) }
        #expect(TestSound.level(440, in: Array(sound.prefix(1600))) > -10)
        #expect(sound.suffix(120).allSatisfy { abs($0) < 10 })
        #expect(bench.events.wait { $0 == .playbackFinished(leg.id, playback) } != nil)
        #expect(bench.events.all.contains(.playbackStarted(leg.id, playback, durationMilliseconds: 205)))
        #expect(leg.phone.receive(seconds: 0.1) == nil)
    }

    @Test("The rhythm is that of the clock: a second of sound takes a second")
    func keepsTime() throws {
        let bench = try MediaBench { $0.sendsSilence = false }
        let leg = try bench.leg()
        let start = ContinuousClock.now
        bench.loop.play(leg.id, PCMClip(samples: TestSound.sine(440, count: 8000)))
        #expect(leg.phone.collect(50).count == 50)
        let elapsed = ContinuousClock.now - start
        #expect(elapsed > .milliseconds(950) && elapsed < .seconds(2))
    }

    @Test("A loop goes round without a gap or an end")
    func loops() throws {
        let bench = try MediaBench()
        let leg = try bench.leg(.pcma)
        // 250 samples: the round ends inside a frame.
        bench.loop.play(leg.id, PCMClip(samples: [Int16](repeating: 5000, count: 250)), loop: true)
        bench.settle()
        let packets = leg.phone.collect(20)
        let sound = packets.filter { $0.payload.first == G711.aLaw.encode(Int16(5000)) }
        #expect(sound.count >= 19)
        #expect(sound.allSatisfy { $0.type == 8 && Set($0.payload).count == 1 })
        let ends = bench.events.all.filter { if case .playbackFinished = $0 { true } else { false } }
        #expect(ends.isEmpty)
    }

    @Test("A tone script sounds with its frequency and level")
    func playsTone() throws {
        let bench = try MediaBench { $0.sendsSilence = false }
        let leg = try bench.leg()
        let script = try ToneScript(parsing: "425@-19;0.4(0.2/0.2/1)")
        let playback = bench.loop.playTone(leg.id, script)
        let sound = leg.phone.collect(20).flatMap { TestSound.decode($0.payload) }
        try #require(sound.count == 3200)
        #expect(abs(TestSound.level(425, in: Array(sound[160..<1440])) + 19) < 1)
        #expect(TestSound.level(425, in: Array(sound[1760..<3200])) < -60)
        #expect(bench.events.wait { $0 == .playbackFinished(leg.id, playback) } != nil)
        #expect(bench.events.all.contains(.playbackStarted(leg.id, playback, durationMilliseconds: 400)))
    }

    @Test("A leg without source gets silence, with even numbers")
    func sendsSilence() throws {
        let bench = try MediaBench()
        let leg = try bench.leg(.pcma)
        let packets = leg.phone.collect(5)
        #expect(packets.count == 5)
        #expect(packets.allSatisfy { $0.payload == [UInt8](repeating: 0xD5, count: 160) && $0.type == 8 })
        #expect(Set(zip(packets, packets.dropFirst()).map { $1.timestamp &- $0.timestamp }) == [160])
    }

    @Test("A new source replaces the old one, and stopping a playback leaves a link alone")
    func replacesSources() throws {
        let bench = try MediaBench { $0.sendsSilence = false }
        let (a, b) = (try bench.leg(), try bench.leg())
        let clip = PCMClip(samples: [Int16](repeating: 5000, count: 160))
        let music = G711.muLaw.encode(Int16(5000))
        bench.loop.connect(from: a.id, to: b.id)
        bench.loop.stopPlayback(b.id)
        bench.settle()
        a.phone.say([1])
        #expect(try #require(b.phone.receive()).payload == [1])

        bench.loop.play(b.id, clip, loop: true)
        #expect(b.phone.receive { $0.payload.first == music } != nil)
        a.phone.say([2])
        #expect(b.phone.collect(3).allSatisfy { $0.payload.first == music })

        bench.loop.stopPlayback(b.id)
        bench.settle()
        bench.loop.connect(from: a.id, to: b.id)
        bench.settle()
        a.phone.say([3])
        #expect(b.phone.receive { $0.payload == [3] } != nil)
        let ends = bench.events.all.filter { if case .playbackFinished = $0 { true } else { false } }
        #expect(ends.isEmpty)
    }

    @Test("A second link replaces the first, a disconnect names the link that it means, clear takes any source")
    func disconnects() throws {
        let bench = try MediaBench { $0.sendsSilence = false }
        let (a, b, c) = (try bench.leg(), try bench.leg(), try bench.leg())
        bench.loop.connect(from: a.id, to: c.id)
        bench.loop.connect(from: b.id, to: c.id)
        bench.loop.disconnect(from: a.id, to: c.id)
        bench.settle()
        a.phone.say([1])
        b.phone.say([2])
        #expect(try #require(c.phone.receive()).payload == [2])
        bench.loop.clear(c.id)
        bench.settle()
        b.phone.say([3])
        bench.settle()
        #expect(bench.statistics(c.id)?.packetsSent == 1)
    }

    @Test("A source that falls silent is bridged with silence until it speaks again")
    func bridgesPauses() throws {
        let bench = try MediaBench()
        let (a, b) = (try bench.leg(), try bench.leg())
        bench.loop.connect(from: a.id, to: b.id)
        #expect(b.phone.receive { $0.payload.first == 0xFF } != nil)
        a.phone.say([1])
        let spoken = try #require(b.phone.receive { $0.payload == [1] })
        let silence = try #require(b.phone.receive(seconds: 3) { $0.payload.first == 0xFF })
        a.phone.say([2])
        let again = try #require(b.phone.receive { $0.payload == [2] })
        #expect(Int16(bitPattern: silence.sequence &- spoken.sequence) > 0)
        #expect(Int16(bitPattern: again.sequence &- silence.sequence) > 0)
        #expect(again.marker)
    }

    @Test("First packet, silence of the far end and its return are reported")
    func reportsFlow() throws {
        let bench = try MediaBench { $0.silenceTimeout = .milliseconds(300) }
        let leg = try bench.leg()
        leg.phone.say()
        leg.phone.say()
        #expect(bench.events.wait { $0 == .firstPacket(leg.id) } != nil)
        #expect(bench.events.wait { $0 == .rtpStopped(leg.id) } != nil)
        leg.phone.say()
        #expect(bench.events.wait { $0 == .rtpResumed(leg.id) } != nil)
        #expect(bench.events.all.filter { $0 == .firstPacket(leg.id) }.count == 1)
    }

    @Test("Silence is faint noise where that is wanted: audible, and never the same frame twice in a row")
    func comforts() throws {
        let bench = try MediaBench { $0.comfortNoise = -60 }
        let leg = try bench.leg()
        let packets = leg.phone.collect(20)
        #expect(packets.count == 20)
        let samples = packets.flatMap { packet in packet.payload.map { G711.muLaw.decode($0) } }
        let level = samples.withUnsafeBufferPointer { Level.dBm0(of: $0) }
        #expect(abs(level + 60) < 2, "\(level) dBm0")
        #expect(zip(packets, packets.dropFirst()).allSatisfy { $0.payload != $1.payload })
    }
}
