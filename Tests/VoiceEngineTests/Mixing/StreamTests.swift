import CallControl
import Media
import SDP
import Testing

@testable import VoiceEngine

@Suite("Streams into and out of the media thread", .serialized)
struct StreamTests {
    private static func write(_ samples: [Int16], _ ring: SoundRing) -> Int {
        samples.withUnsafeBufferPointer { ring.write($0) }
    }

    private static func read(_ ring: SoundRing, _ count: Int) -> [Int16] {
        var samples = [Int16](repeating: 0, count: count)
        let taken = samples.withUnsafeMutableBufferPointer { ring.read(into: $0) }
        return Array(samples.prefix(taken))
    }

    @Test("A ring keeps the order over its edge, drops what finds no room, and gives up what it is told to")
    func ring() {
        let ring = SoundRing(capacity: 5)
        #expect(Self.read(ring, 3).isEmpty)
        #expect(Self.write([1, 2, 3], ring) == 3)
        #expect(Self.read(ring, 2) == [1, 2])
        #expect(Self.write([4, 5, 6, 7, 8], ring) == 4)
        #expect(ring.waiting == 5)
        #expect(Self.read(ring, 9) == [3, 4, 5, 6, 7])
        #expect(Self.write([1, 2], ring) == 2)
        ring.clear()
        #expect(ring.waiting == 0)
        #expect(Self.write([3], ring) == 1)
        #expect(Self.read(ring, 9) == [3])
        #expect(Self.write([1, 2, 3, 4, 5, 6], ring) == 5)
    }

    @Test("A ring takes what another thread writes, whole and in order")
    func threads() async {
        let ring = SoundRing(capacity: 64)
        let count = 20_000
        let writer = Task.detached {
            var next = 0
            while next < count {
                next += Self.write((next..<min(next + 7, count)).map { Int16($0 % 32_000) }, ring)
                await Task.yield()
            }
        }
        var taken: [Int16] = []
        while taken.count < count {
            taken += Self.read(ring, 11)
            await Task.yield()
        }
        await writer.value
        #expect(taken == (0..<count).map { Int16($0 % 32_000) })
    }

    @Test("Octets and samples of every encoding mean the same", arguments: StreamEncoding.allCases)
    func encodings(encoding: StreamEncoding) {
        let samples: [Int16] = [0, 1000, -1000, 32_124, -32_124]
        let octets = samples.withUnsafeBufferPointer { encoding.octets($0) }
        #expect(octets.count == samples.count * encoding.octetsPerSample)
        for (sample, back) in zip(samples, encoding.samples(octets)) {
            #expect(abs(Int(sample) - Int(back)) <= (encoding.octetsPerSample == 2 ? 0 : abs(Int(sample)) / 16 + 8))
        }
        if encoding.octetsPerSample == 2 {
            #expect(octets.prefix(4) == [0, 0, 0xE8, 0x03])
            #expect(encoding.samples([0xE8, 0x03, 7]) == [1000])
            #expect(encoding.samples([]).isEmpty && encoding.samples([7]).isEmpty)
        }
    }

    @Test(
        "A stream of either rate is heard by a leg, whole, however fast it came", arguments: [SoundRate.narrow, .wide])
    func heard(rate: SoundRate) throws {
        let stage = try SteppedGraph()
        let leg = try stage.leg()
        let ring = SoundRing(capacity: 10 * rate.rawValue)
        let stream = stage.unit(.streamSource(ring, rate))
        stage.perform(.connect(from: .unit(stream), to: .leg(leg.id)))
        let sound = TestSound.sine(700, count: rate.rawValue, rate: rate.rawValue)
        #expect(Self.write(sound, ring) == sound.count)
        var heard: [Int16] = []
        for _ in 0..<60 {
            stage.tick()
            heard += TestSound.decode(stage.heard(leg) ?? [])
        }
        let whole = TestSound.level(700, in: TestSound.sine(700, count: 6400))
        #expect(abs(TestSound.level(700, in: Array(heard[800..<7200])) - whole) < 1)
        // A sine is below a hundredth of its peak for one sample of a hundred.
        let loud = heard.count { abs(Int($0)) > 100 }
        #expect(loud > 7000 && loud <= 8000)
    }

    @Test("Sound that comes unevenly is waited for at the beginning, and what was given up is not heard")
    func waits() throws {
        let stage = try SteppedGraph()
        let leg = try stage.leg()
        let ring = SoundRing(capacity: 8000)
        let stream = stage.unit(.streamSource(ring, .narrow))
        stage.perform(.connect(from: .unit(stream), to: .leg(leg.id)))
        func ticks(_ count: Int) -> [Bool] {
            (0..<count).map { _ in
                stage.tick()
                return TestSound.decode(stage.heard(leg) ?? []).contains { abs(Int($0)) > 100 }
            }
        }
        _ = Self.write(TestSound.sine(1000, count: 160), ring)
        #expect(ticks(5) == [false, false, true, false, false])
        _ = Self.write(TestSound.sine(1000, count: 560), ring)
        #expect(ticks(6) == [true, true, true, true, false, false])
        _ = Self.write(TestSound.sine(1000, count: 4000), ring)
        #expect(ticks(2) == [true, true])
        ring.clear()
        #expect(ticks(2) == [false, false])
    }

    @Test("The first words of a far end are listened to, and reported once")
    func answers() throws {
        let stage = try SteppedGraph()
        let leg = try stage.leg()
        stage.perform(
            .detect(leg.id, .answer(timeoutMilliseconds: 6500, promptMilliseconds: 1000, endsWithPause: true), true))
        for frame in 0..<80 {
            stage.say(TestSound.encode(TestSound.sine(300, count: 160, from: frame * 160)), leg)
            stage.tick()
        }
        let found = stage.events.all.filter { if case .answer = $0 { true } else { false } }
        #expect(found == [.answer(leg.id, .machine)])
    }

    @Test("A stream out takes the time of silence, hears one source, and nothing once that is gone")
    func given() throws {
        let stage = try SteppedGraph()
        let (first, second) = (try stage.leg(), try stage.leg(.g722))
        let ring = SoundRing(capacity: 16_000)
        let sink = stage.unit(.streamSink(ring, .wide))
        stage.tick()
        #expect(ring.waiting == 0)
        stage.perform(.connect(from: .leg(first.id), to: .unit(sink)))
        for frame in 0..<20 {
            stage.say(TestSound.encode(TestSound.sine(700, count: 160, from: frame * 160)), first)
            stage.tick()
        }
        let heard = Self.read(ring, 16_000)
        #expect(heard.count == 20 * 320)
        let tone = Goertzel(frequency: 700, sampleRate: 16_000).dBm0(in: Array(heard.suffix(3200)))
        #expect(tone > -12)
        stage.perform(.connect(from: .leg(second.id), to: .unit(sink)))
        for frame in 20..<30 {
            stage.say(TestSound.encode(TestSound.sine(700, count: 160, from: frame * 160)), first)
            stage.tick()
        }
        #expect(Self.read(ring, 16_000).suffix(320).allSatisfy { $0 == 0 })
        stage.perform(.removeLeg(second.id))
        stage.tick()
        #expect(ring.waiting == 0)
        stage.perform(.removeUnit(sink))
        stage.tick()
        #expect(ring.waiting == 0)
    }
}
