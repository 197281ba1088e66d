import Media
import SDP
import Testing

@testable import VoiceEngine

@Suite("Players", .serialized)
struct PlayerUnitTests {
    private func clip(_ hertz: Double, seconds: Double) -> Sound.Segment {
        .clip(PCMClip(samples: TestSound.sine(hertz, count: Int(seconds * 8000))))
    }

    @Test("One player is heard by several legs and a recorder at once, and its end is reported")
    func feedsMany() throws {
        let folder = try TestFolder()
        let bench = try MediaBench()
        let voices = try [AudioCodec.pcmu, .pcma, .g722].map { try TestVoice(bench, nil, codec: $0) }
        let player = bench.loop.addPlayer()
        let recorder = bench.loop.addRecorder(to: folder.file("a.mp3"), quality: .high)
        for voice in voices { bench.loop.connect(from: .unit(player), to: voice.node) }
        bench.loop.connect(from: .unit(player), to: .unit(recorder))
        bench.loop.setSound(player, Sound(segments: [clip(440, seconds: 0.6)], loops: false))
        bench.settle()
        TestVoice.talk(voices, frames: 45)
        #expect(bench.events.wait { $0 == .playerFinished(player) } != nil)
        #expect(bench.events.all.contains(.playerStarted(player, durationMilliseconds: 600)))
        for voice in voices { #expect(voice.share(440) > 0.45, "\(voice.codec)") }
        bench.loop.removeUnit(recorder)
        #expect(bench.events.wait { $0.isStop(of: recorder) } != nil)
        let file = try AudioDecoder().decode(path: folder.file("a.mp3"))
        #expect(TestSound.share(440, in: file.samples) > 0.4)
    }

    @Test("A sequence has no gap, loops whole, and reports its markers in every round")
    func sequences() {
        let player = Player(Sound(segments: [clip(440, seconds: 0.01), clip(1000, seconds: 0.03)], loops: true))
        let round = TestSound.sine(440, count: 80) + TestSound.sine(1000, count: 240)
        var sound: [Int16] = []
        for _ in 0..<6 { if let frame = player.next() { sound += frame } }
        #expect(sound == round + round + round)
        #expect(Player(Sound(segments: [.clip(PCMClip(samples: []))], loops: true)).next() == nil)
        #expect(Player(Sound(segments: [], loops: true)).next() == nil)
    }

    @Test("Markers count from the start or the end, of the sound or a segment; others are nowhere")
    func placesMarkers() throws {
        let endless = Sound.Segment.tone(try ToneScript(parsing: "425@-19;*(1/4/1)"))
        let sound = Sound(segments: [clip(440, seconds: 1), clip(440, seconds: 2)], loops: false)
        func place(_ milliseconds: Int, _ segment: Int? = nil, in sound: Sound = sound) -> Int? {
            SoundMarker(milliseconds: milliseconds, segment: segment).place(in: sound)
        }
        #expect(place(250) == 2000)
        #expect(place(-250) == 22_000)
        #expect(place(3000) == 24_000)
        #expect(place(500, 1) == 12_000)
        #expect(place(-500, 0) == 4000)
        #expect(
            [place(3001), place(-3001), place(1001, 0), place(0, 2), place(0, -1), place(.max), place(.min)]
                .allSatisfy { $0 == nil })
        let open = Sound(segments: [endless, clip(440, seconds: 1)], loops: false)
        #expect(place(5000, in: open) == 40_000)
        #expect(place(-5000, in: open) == nil)
        #expect(place(0, 1, in: open) == nil)
        #expect(open.durationMilliseconds == 0 && sound.durationMilliseconds == 3000)
    }

    /// Runs a player's clock and gives its events with the tick of each.
    private func run(_ ticks: Int, at change: [Int: (PlayerUnit) -> Void] = [:], _ prepare: (PlayerUnit) -> Void) -> [(
        tick: Int, event: MediaEvent
    )] {
        var events: [(tick: Int, event: MediaEvent)] = []
        var tick = 0
        let player = PlayerUnit(MediaUnitID(rawValue: 1), isPaused: false) { events.append((tick, $0)) }
        prepare(player)
        while tick < ticks, !player.isFinished {
            change[tick]?(player)
            player.tick()
            tick += 1
        }
        return events
    }

    @Test("A paused player stands still, markers come when they are passed, the end when all is over")
    func pauses() {
        let unit = MediaUnitID(rawValue: 1)
        let sound = Sound(segments: [clip(440, seconds: 0.2)], loops: false)
        let markers = [0, 100, -20, 200].map { SoundMarker(milliseconds: $0) }
        let changes: [Int: (PlayerUnit) -> Void] = [
            5: { $0.isPaused = false }, 8: { $0.isPaused = true }, 20: { $0.isPaused = false },
        ]
        let events = run(100, at: changes) { player in
            player.isPaused = true
            player.add(markers[0])
            player.begin(sound)
            for marker in markers.dropFirst() { player.add(marker) }
        }
        let expected: [(Int, MediaEvent)] = [
            (5, .playerStarted(unit, durationMilliseconds: 200)), (5, .markerReached(unit, markers[0])),
            (22, .markerReached(unit, markers[1])), (26, .markerReached(unit, markers[2])),
            (27, .markerReached(unit, markers[3])), (27, .playerFinished(unit)),
        ]
        #expect(events.map(\.tick) == expected.map(\.0))
        #expect(events.map(\.event) == expected.map(\.1))
    }

    @Test("In a loop a marker comes once in every round")
    func loops() {
        let marker = SoundMarker(milliseconds: 30)
        let events = run(10) { player in
            player.begin(Sound(segments: [clip(440, seconds: 0.05)], loops: true))
            player.add(marker)
        }
        let passed = events.filter { $0.event == .markerReached(MediaUnitID(rawValue: 1), marker) }
        // 200 ms are four rounds; the frame in which a round ends begins the next.
        #expect(passed.map(\.tick) == [1, 4, 6, 9])
    }
}
