import CallControl
import Media
import SDP
import Testing

@testable import VoiceEngine

@Suite("G.722 beside G.711", .serialized)
struct WidebandTests {
    private func connect(_ bench: MediaBench, _ a: TestVoice, _ b: TestVoice) {
        bench.loop.connect(from: a.node, to: b.node)
        bench.loop.connect(from: b.node, to: a.node)
        bench.settle()
    }

    @Test("Between two far ends of the same codec packets pass unchanged")
    func forwards() throws {
        let bench = try MediaBench { $0.sendsSilence = false }
        let (a, b) = (try bench.leg(.g722), try bench.leg(.g722))
        bench.loop.connect(from: a.id, to: b.id)
        bench.settle()
        for size in [80, 160, 240, 480] {
            let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            a.phone.say(payload, type: 9)
            let packet = try #require(b.phone.receive())
            #expect(packet.payload == payload && packet.type == 9)
        }
    }

    @Test("Between G.722 and G.711 both hear each other's tone, and nothing else", arguments: [AudioCodec.pcmu, .pcma])
    func transcodes(codec: AudioCodec) throws {
        let bench = try MediaBench()
        let (wide, narrow) = (try TestVoice(bench, 1000, codec: .g722), try TestVoice(bench, 600, codec: codec))
        connect(bench, wide, narrow)
        TestVoice.talk([wide, narrow], frames: 70)
        for (voice, heard, own) in [(wide, 600.0, 1000.0), (narrow, 1000.0, 600.0)] {
            #expect(voice.share(heard) > 0.6)
            #expect(voice.share(own) < 0.1)
            // A peak of 4000 is −15.1 dBm0.
            let middle = Array(voice.heard[voice.heard.count / 2..<voice.heard.count / 2 + 400])
            let tone = TestSound.level(heard, in: middle)
            if tone > -16 { #expect(abs(tone + 15.1) < 1, "\(tone) dBm0") }
        }
        #expect(bench.statistics(narrow.leg.id)?.malformed == 0)
    }

    @Test("A re-agreement changes the way: packets again once both speak the same")
    func rewires() throws {
        let bench = try MediaBench { $0.sendsSilence = false }
        let (a, b) = (try bench.leg(.g722), try bench.leg(.pcma))
        bench.loop.connect(from: a.id, to: b.id)
        bench.settle()
        bench.loop.setRemote(a.id, MediaRemote(address: "127.0.0.1", port: a.phone.port, codec: .pcmu))
        bench.settle()
        a.phone.say([UInt8](repeating: 0x55, count: 160), type: 0)
        let packet = try #require(b.phone.receive())
        #expect(packet.type == 8)
        #expect(packet.payload == [UInt8](repeating: G711.aLaw.encode(G711.muLaw.decode(0x55)), count: 160))
    }

    @Test("A far end that sends another codec than was agreed is understood all the same")
    func unexpectedCodec() throws {
        let bench = try MediaBench()
        let (a, b) = (try bench.leg(.g722), try TestVoice(bench, nil, codec: .g722))
        bench.loop.connect(from: .leg(a.id), to: b.node)
        bench.settle()
        let beat = Beat()
        for frame in 0..<50 {
            beat.next()
            a.phone.say(TestSound.encode(TestSound.sine(700, count: 160, from: frame * 160), .aLaw), type: 8)
            b.listen()
        }
        #expect(b.share(700) > 0.5)
    }

    @Test("Packets of any length become the same sound", arguments: [10, 20, 30, 40, 60])
    func packetTimes(milliseconds: Int) throws {
        let bench = try MediaBench()
        let (a, b) = (try bench.leg(.pcma), try TestVoice(bench, nil, codec: .g722))
        bench.loop.connect(from: .leg(a.id), to: b.node)
        bench.settle()
        let beat = Beat()
        var said = 0
        for frame in 0..<60 {
            beat.next()
            while said + milliseconds <= (frame + 1) * 20 {
                let count = milliseconds * 8
                let sound = TestSound.encode(TestSound.sine(800, count: count, from: said * 8), .aLaw)
                a.phone.send(
                    TestPacket(
                        type: 8, sequence: a.phone.sequence, timestamp: UInt32(5000 + said * 8), payload: sound))
                a.phone.sequence &+= 1
                said += milliseconds
            }
            b.listen()
        }
        #expect(b.share(800) > 0.6)
    }

    @Test("Digits in the sound of G.722 are heard and taken out, and sent as tones to a far end without events")
    func digits() throws {
        let bench = try MediaBench()
        let a = try bench.leg(.g722, events: nil)
        let b = try bench.leg(.g722, events: nil)
        bench.loop.handleTones(b.id, kinds: [.inBand])
        bench.loop.sendDigits(a.id, "5")
        bench.settle()
        // What the first leg's phone hears, the second's says.
        var packets = 0
        while packets < 30, let packet = a.phone.receive() {
            b.phone.say(packet.payload, type: 9)
            packets += 1
        }
        #expect(bench.events.wait { $0 == .digit(b.id, "5", .inBand) } != nil)
        #expect(bench.events.all.contains(.digitsSent(a.id)))
    }

    @Test("A leg with G.722 is recorded like any other")
    func records() throws {
        let folder = try TestFolder()
        let bench = try MediaBench()
        let (a, b) = (try TestVoice(bench, 440, codec: .g722), try TestVoice(bench, 1000, codec: .g722))
        connect(bench, a, b)
        let low = bench.loop.record(a.leg.id, to: folder.file("low.mp3"), stereo: true)
        let high = bench.loop.record(a.leg.id, to: folder.file("high.mp3"), quality: .high)
        bench.settle()
        TestVoice.talk([a, b], frames: 60)
        bench.loop.removeLeg(a.leg.id)
        for (recording, name) in [(low, "low.mp3"), (high, "high.mp3")] {
            let end = bench.events.wait {
                if case .recordStopped(a.leg.id, recording, _) = $0 { true } else { false }
            }
            guard case .recordStopped(_, _, let milliseconds) = end else { return #expect(Bool(false), "\(name)") }
            #expect(milliseconds > 1000 && milliseconds < 2500)
            let clip = try AudioDecoder().decode(path: folder.file(name))
            // Two channels become one by half.
            let threshold = name == "low.mp3" ? -26.0 : -20
            for hertz in [440.0, 1000] {
                #expect(TestSound.share(hertz, in: clip.samples, above: threshold) > 0.5, "\(hertz) Hz in \(name)")
            }
        }
    }

    @Test("Speech, a beep and a busy tone are reported; a leg that is not listened to costs nothing")
    func detects() throws {
        let bench = try MediaBench()
        let voice = try TestVoice(bench, 1000)
        bench.loop.detect(voice.leg.id, .speech, true)
        bench.loop.detect(voice.leg.id, .beep(frequencies: [1000], timeoutMilliseconds: 10_000), true)
        bench.settle()
        TestVoice.talk([voice], frames: 25)
        #expect(bench.events.wait { $0 == .speaking(voice.leg.id, true) } != nil)
        // The far end stops to send: that is silence.
        #expect(bench.events.wait { $0 == .speaking(voice.leg.id, false) } != nil)
        guard case .beep(_, let found?) = bench.events.wait(for: { if case .beep = $0 { true } else { false } }) else {
            return #expect(Bool(false), "no beep")
        }
        #expect(abs(found - 1000) <= 24)
        bench.loop.detect(voice.leg.id, .beep(frequencies: [], timeoutMilliseconds: 60), true)
        #expect(bench.events.wait { $0 == .beep(voice.leg.id, nil) } != nil)
        bench.loop.detect(voice.leg.id, .speech, false)
        bench.settle()
        TestVoice.talk([voice], frames: 15)
        #expect(bench.events.all.filter { $0 == .speaking(voice.leg.id, true) }.count == 1)
    }
}
