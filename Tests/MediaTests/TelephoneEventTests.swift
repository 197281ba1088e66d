import Media
import Testing

@Suite struct TelephoneEventTests {
    /// One packet as it travels.
    struct Packet: Equatable {
        var number: Int
        var timestamp: UInt32
        var event: TelephoneEvent
    }

    static func receive(_ packets: [Packet]) -> String {
        var receiver = TelephoneEventReceiver()
        var digits = ""
        for packet in packets {
            let header = RTPHeader(
                payloadType: 101, sequenceNumber: SequenceNumber(rawValue: UInt16(truncatingIfNeeded: packet.number)),
                timestamp: RTPTimestamp(rawValue: packet.timestamp), ssrc: SynchronizationSource(rawValue: 1))
            var payload = [UInt8](repeating: 0, count: 4)
            payload.withUnsafeMutableBytes { _ = packet.event.write(into: $0) }
            if let digit = payload.withUnsafeBytes({ receiver.receive($0, header: header) }) { digits += "\(digit)" }
        }
        return digits
    }

    /// The packets that our sender makes of a dial string, with the tick at which each is sent.
    static func send(_ text: String, start: UInt32 = 0) -> [(tick: Int, marker: Bool, packet: Packet)] {
        var sender = TelephoneEventSender()
        sender.send(DialString(text))
        var packets: [(tick: Int, marker: Bool, packet: Packet)] = []
        var tick = 0
        while sender.isBusy, tick < 10_000 {
            if let packet = sender.tick(at: RTPTimestamp(rawValue: start &+ UInt32(tick * 160))) {
                let sent = Packet(number: tick, timestamp: packet.timestamp.rawValue, event: packet.event)
                packets.append((tick, packet.marker, sent))
            }
            tick += 1
        }
        return packets
    }

    @Test func `A digit is sent with growing duration and three last packets`() {
        let packets = Self.send("5", start: 1000)
        #expect(packets.map(\.tick) == [0, 1, 2, 3, 4, 5, 6])
        #expect(packets.map(\.marker) == [true, false, false, false, false, false, false])
        #expect(packets.map(\.packet.event.duration) == [160, 320, 480, 640, 800, 800, 800])
        #expect(packets.map(\.packet.event.isEnd) == [false, false, false, false, true, true, true])
        #expect(packets.allSatisfy { $0.packet.timestamp == 1000 && $0.packet.event.event == 5 })
    }

    @Test func `Digits keep a gap, a pause is longer`() {
        let starts = Self.send("1p#").filter(\.marker).map(\.tick)
        // 100 ms digit and two repetitions, 100 ms gap, 500 ms pause.
        #expect(starts == [0, 7 + 5 + 25])
        #expect(Self.send("19").filter(\.marker).map(\.tick) == [0, 12])
    }

    @Test func `What is sent is received, one digit for each press`() {
        let text = "0123456789*#ABCD1155"
        #expect(Self.receive(Self.send(text, start: UInt32.max - 5000).map(\.packet)) == text)
    }

    @Test func `Losing any packets but one of each press loses no digit`() {
        var generator = SeededGenerator(seed: 5)
        let text = "11122#"
        let packets = Self.send(text).map(\.packet)
        let presses = Dictionary(grouping: packets, by: \.timestamp).sorted { $0.key < $1.key }.map(\.value)
        for _ in 0..<300 {
            let kept = presses.flatMap { press in
                let sure = Int.random(in: 0..<press.count, using: &generator)
                return press.enumerated().filter { $0.offset == sure || Bool.random(using: &generator) }.map(\.element)
            }
            #expect(Self.receive(kept) == text)
        }
    }

    @Test func `Duplicates and stragglers of an earlier press are silent`() {
        let packets = Self.send("12").map(\.packet)
        #expect(Self.receive(packets.flatMap { [$0, $0] } + packets.prefix(3)) == "12")
    }

    @Test func `The segments of a long event are one press`() {
        var packets: [Packet] = []
        for segment in 0..<3 {
            for step in stride(from: 160, through: 0xFFFF, by: 4000) {
                packets.append(
                    Packet(
                        number: packets.count, timestamp: UInt32(segment * 0xFFFF),
                        event: TelephoneEvent(event: 3, duration: UInt16(step))))
            }
        }
        #expect(Self.receive(packets) == "3")
        packets.append(
            Packet(
                number: 900, timestamp: UInt32(2 * 0xFFFF), event: TelephoneEvent(event: 3, isEnd: true, duration: 900))
        )
        packets.append(
            Packet(number: 901, timestamp: UInt32(2 * 0xFFFF) + 1800, event: TelephoneEvent(event: 3, duration: 160)))
        #expect(Self.receive(packets) == "33")
    }

    @Test func `A sender that moves the timestamp along still presses once`() {
        let packets = (0..<6).map {
            Packet(
                number: $0, timestamp: UInt32($0 * 160),
                event: TelephoneEvent(event: 8, isEnd: $0 == 5, duration: UInt16(($0 + 1) * 160)))
        }
        #expect(Self.receive(packets) == "8")
    }

    @Test func `A hook flash and a short payload are no digits`() {
        #expect(Self.receive([Packet(number: 1, timestamp: 5, event: TelephoneEvent(event: 16, duration: 160))]) == "")
        var receiver = TelephoneEventReceiver()
        let header = RTPHeader(
            payloadType: 101, sequenceNumber: SequenceNumber(rawValue: 1), timestamp: RTPTimestamp(rawValue: 1),
            ssrc: SynchronizationSource(rawValue: 1))
        for length in 0..<4 {
            let payload = [UInt8](repeating: 1, count: length)
            #expect(payload.withUnsafeBytes { receiver.receive($0, header: header) } == nil)
        }
    }

    @Test func `Any payloads in any order never trap`() {
        var generator = SeededGenerator(seed: 21)
        var receiver = TelephoneEventReceiver()
        var digits = 0
        for _ in 0..<20_000 {
            let payload = (0..<Int.random(in: 0...8, using: &generator)).map { _ in
                UInt8.random(in: 0...20, using: &generator)
            }
            let header = RTPHeader(
                payloadType: 101, sequenceNumber: SequenceNumber(rawValue: .random(in: 0...(.max), using: &generator)),
                timestamp: RTPTimestamp(rawValue: .random(in: 0...(.max), using: &generator)),
                ssrc: SynchronizationSource(rawValue: .random(in: 0...2, using: &generator)))
            if payload.withUnsafeBytes({ receiver.receive($0, header: header) }) != nil { digits += 1 }
        }
        #expect(digits > 100)
    }
}
