import CallControl
import Media
import Testing

@testable import VoiceEngine

@Suite("Digits", .serialized)
struct DigitTests {
    /// The payload of a telephone event packet.
    private func event(_ digit: UInt8, end: Bool = false, duration: UInt16) -> [UInt8] {
        [digit, end ? 0x8A : 0x0A, UInt8(duration >> 8), UInt8(duration & 0xFF)]
    }

    /// One key press as a phone sends it: growing durations, then the end three times.
    private func press(_ digit: UInt8, on phone: TestPhone) {
        for step in 1...8 {
            let end = step >= 6
            phone.send(
                TestPacket(
                    type: 101, marker: step == 1, sequence: phone.sequence, timestamp: phone.timestamp,
                    payload: event(digit, end: end, duration: UInt16(min(step, 6) * 160))))
            phone.sequence &+= 1
        }
        phone.timestamp &+= 1600
    }

    /// The sound of a key.
    private func sound(_ low: Double, _ high: Double, milliseconds: Int) -> [Int16] {
        let count = milliseconds * 8
        return zip(TestSound.sine(low, count: count), TestSound.sine(high, count: count)).map { $0 / 2 + $1 / 2 }
    }

    private func say(_ samples: [Int16], on phone: TestPhone) {
        for start in stride(from: 0, to: samples.count - 159, by: 160) {
            phone.say(TestSound.encode(Array(samples[start..<start + 160])))
        }
    }

    private func digits(_ bench: MediaBench) -> [MediaEvent] {
        bench.events.all.filter { if case .digit = $0 { true } else { false } }
    }

    @Test("Handled telephone events are reported once a press and not passed on; the numbers show no gap")
    func takesEvents() throws {
        let bench = try MediaBench { $0.sendsSilence = false }
        let (a, b) = (try bench.leg(), try bench.leg())
        bench.loop.connect(from: a.id, to: b.id)
        bench.loop.handleTones(a.id, kinds: [.telephoneEvent])
        bench.settle()
        a.phone.say([1])
        press(5, on: a.phone)
        press(11, on: a.phone)
        a.phone.say([2])
        let heard = b.phone.collect(2)
        #expect(heard.map(\.payload) == [[1], [2]])
        #expect(heard[1].sequence == heard[0].sequence &+ 1)
        #expect(digits(bench) == [.digit(a.id, "5", .telephoneEvent), .digit(a.id, "#", .telephoneEvent)])
    }

    @Test("Telephone events pass through untouched when nobody handles them")
    func passesEvents() throws {
        let bench = try MediaBench { $0.sendsSilence = false }
        let (a, b) = (try bench.leg(), try bench.leg(events: 96))
        bench.loop.connect(from: a.id, to: b.id)
        bench.loop.handleTones(a.id, kinds: [.telephoneEvent])
        bench.loop.handleTones(a.id, kinds: [])
        bench.settle()
        press(7, on: a.phone)
        let heard = b.phone.collect(8)
        #expect(heard.count == 8)
        #expect(heard.allSatisfy { $0.type == 96 && $0.payload.first == 7 })
        #expect(Set(heard.map(\.timestamp)).count == 1)
        #expect(digits(bench).isEmpty)
    }

    @Test("A digit in the sound is reported once and, from its recognition on, silenced for the listener")
    func hearsTones() throws {
        let bench = try MediaBench { $0.sendsSilence = false }
        let (a, b) = (try bench.leg(), try bench.leg())
        bench.loop.connect(from: a.id, to: b.id)
        bench.loop.handleTones(a.id, kinds: [.inBand])
        bench.settle()
        say(sound(770, 1336, milliseconds: 200) + TestSound.sine(440, count: 1600), on: a.phone)
        let heard = b.phone.collect(20).map { TestSound.decode($0.payload) }
        try #require(heard.count == 20)
        #expect(digits(bench) == [.digit(a.id, "5", .inBand)])
        #expect(heard[5..<10].allSatisfy { TestSound.level(770, in: $0) < -50 })
        #expect(heard[13..<20].allSatisfy { TestSound.level(440, in: $0) > -15 })
    }

    @Test("In-band detection ends with the first telephone event, so no digit is reported twice")
    func suppressesDoubles() throws {
        let bench = try MediaBench { $0.sendsSilence = false }
        let (a, b) = (try bench.leg(), try bench.leg())
        bench.loop.connect(from: a.id, to: b.id)
        bench.loop.handleTones(a.id, kinds: [.telephoneEvent, .inBand])
        bench.settle()
        press(5, on: a.phone)
        say(sound(770, 1336, milliseconds: 200), on: a.phone)
        #expect(b.phone.collect(10).count == 10)
        #expect(digits(bench) == [.digit(a.id, "5", .telephoneEvent)])
    }

    @Test("Sent digits go out as telephone events of a fixed form, with the source left out meanwhile")
    func sendsEvents() throws {
        let bench = try MediaBench()
        let leg = try bench.leg()
        bench.loop.play(leg.id, PCMClip(samples: [Int16](repeating: 5000, count: 160)), loop: true)
        bench.loop.sendDigits(leg.id, "1p#")
        #expect(bench.events.wait { $0 == .digitsSent(leg.id) } != nil)
        let packets = leg.phone.collect(45)
        let events = packets.filter { $0.type == 101 }
        var receiver = TelephoneEventReceiver()
        let digits = events.compactMap { packet in
            packet.payload.withUnsafeBytes { payload in
                packet.bytes.withUnsafeBytes { RTPHeader(parsing: $0) }.flatMap {
                    receiver.receive(payload, header: $0)?.character
                }
            }
        }
        #expect(digits == ["1", "#"])
        #expect(events.filter(\.marker).count == 2)
        #expect(events.filter { $0.payload[1] & 0x80 != 0 }.count == 6)
        let last = try #require(events.last)
        let first = try #require(events.first)
        let meanwhile = packets.filter { $0.type == 0 && first.sequence < $0.sequence && $0.sequence < last.sequence }
        #expect(meanwhile.allSatisfy { $0.payload == [UInt8](repeating: 0xFF, count: 160) })
        // The second digit begins 100 ms of digit, 100 ms of gap and 500 ms of pause behind the first.
        #expect(abs(Int(last.timestamp &- first.timestamp) - 5600) <= 640)
        #expect(zip(packets, packets.dropFirst()).allSatisfy { $1.sequence == $0.sequence &+ 1 })
    }

    @Test("A far end without telephone events gets tones")
    func sendsTones() throws {
        let bench = try MediaBench { $0.sendsSilence = false }
        let leg = try bench.leg(events: nil)
        bench.loop.sendDigits(leg.id, "5")
        let sound = leg.phone.collect(5).flatMap { TestSound.decode($0.payload) }
        try #require(sound.count == 800)
        #expect(TestSound.level(770, in: Array(sound.prefix(700))) > -15)
        #expect(TestSound.level(1336, in: Array(sound.prefix(700))) > -15)
        #expect(bench.events.wait { $0 == .digitsSent(leg.id) } != nil)
    }

    @Test("A digit on its way to a far end without telephone events becomes a tone")
    func translatesEvents() throws {
        let bench = try MediaBench { $0.sendsSilence = false }
        let (a, b) = (try bench.leg(), try bench.leg(events: nil))
        bench.loop.connect(from: a.id, to: b.id)
        bench.settle()
        press(5, on: a.phone)
        let sound = b.phone.collect(5).flatMap { TestSound.decode($0.payload) }
        try #require(sound.count == 800)
        #expect(TestSound.level(770, in: Array(sound.prefix(700))) > -15)
        #expect(TestSound.level(1336, in: Array(sound.prefix(700))) > -15)
        // The gap behind the tone, and then the caller's voice again.
        #expect(b.phone.collect(5).flatMap(\.payload).allSatisfy { $0 == 0xFF })
        let beat = Beat()
        for _ in 0..<5 {
            beat.next()
            a.phone.say([1])
        }
        #expect(b.phone.receive { $0.payload == [1] } != nil)
        #expect(!bench.events.all.contains(.digitsSent(b.id)))
    }

    @Test("Events of a source are reported, not played, where signalling sends them on")
    func reportsSourceDigits() throws {
        let bench = try MediaBench { $0.sendsSilence = false }
        let (a, b) = (try bench.leg(), try bench.leg(events: nil))
        bench.loop.connect(from: a.id, to: b.id)
        bench.loop.reportSourceDigits(b.id, true)
        bench.settle()
        press(9, on: a.phone)
        let reported = bench.events.wait { if case .sourceDigit = $0 { true } else { false } }
        #expect(reported == .sourceDigit(b.id, "9"))
        bench.settle()
        #expect(bench.statistics(b.id)?.packetsSent == 0, "no tone")
    }
}
