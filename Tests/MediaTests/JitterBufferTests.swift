import Media
import Testing

/// Sends numbered packets into a buffer and notes what the ticks bring.
///
/// The octets of a packet hold the low byte of its frame number, so that a frame tells where it comes from.
final class JitterBench {
    let buffer: JitterBuffer
    /// What each tick brought: a frame number, −1 for lost, nil for empty.
    var heard: [Int?] = []

    init(_ configuration: JitterBuffer.Configuration = .init()) { buffer = JitterBuffer(configuration: configuration) }

    static func header(_ number: Int, timestamp: Int? = nil, ssrc: UInt32 = 1) -> RTPHeader {
        RTPHeader(
            payloadType: 0, sequenceNumber: SequenceNumber(rawValue: UInt16(truncatingIfNeeded: number)),
            timestamp: RTPTimestamp(rawValue: UInt32(truncatingIfNeeded: timestamp ?? number * 160)),
            ssrc: SynchronizationSource(rawValue: ssrc))
    }

    @discardableResult
    func send(
        _ number: Int, value: Int? = nil, timestamp: Int? = nil, ssrc: UInt32 = 1, octets: Int = 160, at time: Int
    ) -> JitterBuffer.Insertion {
        let payload = [UInt8](repeating: UInt8(truncatingIfNeeded: value ?? number), count: octets)
        return payload.withUnsafeBytes {
            buffer.insert(
                $0, header: Self.header(number, timestamp: timestamp, ssrc: ssrc), arrival: .milliseconds(time))
        }
    }

    func tick(_ count: Int = 1) {
        for _ in 0..<count {
            switch buffer.pop() {
            case .frame(let octets): heard.append(octets.allSatisfy { $0 == octets[0] } ? Int(octets[0]) : -2)
            case .lost: heard.append(-1)
            case .empty: heard.append(nil)
            }
        }
    }

    var frames: [Int] { heard.compactMap { $0 } }
}

@Suite struct JitterBufferTests {
    @Test func `An even stream comes out whole and in order after the collecting time`() {
        let bench = JitterBench()
        for number in 0..<50 {
            bench.send(65_520 + number, value: number, at: number * 20)
            bench.tick()
        }
        bench.tick(2)
        #expect(bench.frames == Array(0..<50))
        #expect(bench.heard.prefix(2) == [nil, 0])
        #expect(bench.buffer.statistics.lostFrames == 0)
    }

    @Test func `Packets that overtake each other are put in order, at the very start too`() {
        let bench = JitterBench()
        for (index, number) in [1, 0, 2, 4, 3, 5, 7, 6].enumerated() { bench.send(number, at: index * 10) }
        bench.tick(9)
        #expect(bench.frames == Array(0..<8))
    }

    @Test func `A missing packet is one lost frame and a duplicate is dropped`() {
        let bench = JitterBench()
        for number in 0..<10 where number != 5 {
            bench.send(number, at: number * 20)
            #expect(bench.send(number, at: number * 20) == .duplicate)
        }
        bench.tick(11)
        #expect(bench.heard == [0, 1, 2, 3, 4, -1, 6, 7, 8, 9, nil])
        #expect(bench.buffer.statistics.duplicates == 9 && bench.buffer.statistics.lostFrames == 1)
    }

    @Test func `A packet whose time has passed is late and a played one a duplicate`() {
        let bench = JitterBench()
        for number in [0, 1, 3, 4] { bench.send(number, at: number * 20) }
        bench.tick(4)
        #expect(bench.send(2, at: 100) == .late)
        #expect(bench.send(3, at: 100) == .duplicate)
        #expect(bench.frames == [0, 1, -1, 3])
    }

    @Test func `Packets of 30 and 10 ms come out as frames of 20 ms`() {
        let long = JitterBench()
        for number in 0..<4 { long.send(number, value: 9, timestamp: number * 240, octets: 240, at: number * 30) }
        long.tick(7)
        #expect(long.heard == [9, 9, 9, 9, 9, 9, nil])
        let short = JitterBench()
        for number in 0..<8 {
            short.send(number, value: number / 2, timestamp: number * 80, octets: 80, at: number * 10)
        }
        short.tick(5)
        #expect(short.heard == [0, 1, 2, 3, nil])
    }

    @Test func `Half a frame is filled with silence`() {
        let buffer = JitterBuffer()
        buffer.silence = G711.aLaw.silence
        let payload = [UInt8](repeating: 1, count: 80)
        for number in [0, 1, 2, 4, 5] {
            payload.withUnsafeBytes {
                _ = buffer.insert(
                    $0, header: JitterBench.header(number, timestamp: number * 80), arrival: .milliseconds(number * 10))
            }
        }
        _ = buffer.pop()
        guard case .frame(let octets) = buffer.pop() else {
            Issue.record("no frame")
            return
        }
        #expect(octets.prefix(80).allSatisfy { $0 == 1 } && octets.suffix(80).allSatisfy { $0 == 0xD5 })
    }

    @Test func `A pause of the sender is empty, not lost`() {
        let bench = JitterBench()
        for number in 0..<3 { bench.send(number, at: number * 20) }
        bench.send(3, timestamp: 5 * 160, at: 100)
        bench.tick(7)
        #expect(bench.heard == [0, 1, 2, nil, nil, 3, nil])
        bench.send(4, timestamp: 500 * 160, at: 10_000)
        bench.tick(3)
        #expect(bench.heard.suffix(3) == [nil, 4, nil])
        #expect(bench.buffer.statistics.lostFrames == 0)
    }

    @Test func `The numbers of telephone events are not lost frames`() {
        let bench = JitterBench()
        for number in 0..<3 { bench.send(number, at: number * 20) }
        for number in 3..<6 { bench.buffer.skip(JitterBench.header(number, timestamp: 3 * 160)) }
        for number in 6..<9 { bench.send(number, at: number * 20) }
        bench.tick(10)
        #expect(bench.heard == [0, 1, 2, nil, nil, nil, 6, 7, 8, nil])
    }

    @Test func `A jump of the numbering is believed with the second packet`() {
        let bench = JitterBench()
        for number in 0..<3 { bench.send(number, at: number * 20) }
        bench.tick(4)
        #expect(bench.send(30_000, value: 100, timestamp: 77, at: 100) == .unexpected)
        #expect(bench.send(3, at: 100) == .accepted)
        #expect(bench.send(40_000, value: 100, timestamp: 77, at: 100) == .unexpected)
        #expect(bench.send(40_001, value: 101, timestamp: 237, at: 120) == .restarted)
        #expect(bench.send(40_002, value: 102, timestamp: 397, at: 140) == .accepted)
        bench.tick(4)
        #expect(bench.frames == [0, 1, 2, 101, 102])
    }

    @Test func `A new source and a media clock that goes back start anew at once`() {
        let bench = JitterBench()
        for number in 0..<4 { bench.send(number, at: number * 20) }
        bench.tick(2)
        #expect(bench.send(900, value: 50, ssrc: 2, at: 80) == .restarted)
        #expect(bench.send(901, value: 51, ssrc: 2, at: 100) == .accepted)
        bench.tick(2)
        #expect(bench.send(902, value: 52, timestamp: 1000, ssrc: 2, at: 120) == .restarted)
        #expect(bench.send(903, value: 53, timestamp: 1160, ssrc: 2, at: 140) == .accepted)
        bench.tick(3)
        #expect(bench.frames == [0, 1, 50, 51, 52, 53])
        #expect(bench.buffer.statistics.restarts == 2)
    }

    @Test func `A clock that leaps forward goes on without a hole`() {
        let bench = JitterBench()
        for number in 0..<4 { bench.send(number, at: number * 20) }
        bench.tick(2)
        for number in 4..<8 { bench.send(number, timestamp: 1_000_000 + number * 160, at: number * 20) }
        bench.tick(4)
        #expect(bench.frames.suffix(2) == [6, 7])
        #expect(!bench.frames.contains(-1))
    }

    @Test func `What does not fit into a slot is refused`() {
        let bench = JitterBench(.init(slotSize: 172))
        #expect(bench.send(0, octets: 173, at: 0) == .unsuitable)
        #expect(bench.send(0, octets: 0, at: 0) == .unsuitable)
        #expect(bench.send(0, octets: 172, at: 0) == .accepted)
    }

    @Test func `The delay grows with jitter, stays in its bounds and shrinks again`() {
        let bench = JitterBench()
        #expect(bench.buffer.targetDelayMilliseconds == 40)
        for number in 0..<100 { bench.send(number, at: number * 20 + (number % 5 == 0 ? 70 : 0)) }
        #expect(bench.buffer.targetDelayMilliseconds == 100)
        for number in 100..<200 { bench.send(number, at: number * 20 + (number % 7 == 0 ? 350 : 0)) }
        #expect(bench.buffer.targetDelayMilliseconds == 200)
        for number in 200..<2200 { bench.send(number, at: number * 20) }
        #expect(bench.buffer.targetDelayMilliseconds == 40)
    }

    @Test func `A burst never makes the delay longer than its bound`() {
        let bench = JitterBench()
        for number in 0..<31 { bench.send(number, at: 0) }
        bench.tick()
        #expect(bench.buffer.depthMilliseconds <= 200)
        #expect(bench.buffer.statistics.droppedFrames > 10)
    }

    @Test func `A buffer that stays too full loses a frame now and then until the delay is low`() {
        let bench = JitterBench()
        for number in 0..<8 { bench.send(number, at: number * 20) }
        for number in 8..<500 {
            bench.send(number, at: number * 20)
            bench.tick()
        }
        #expect(bench.buffer.depthMilliseconds <= 60)
        #expect((3...6).contains(bench.buffer.statistics.droppedFrames))
    }

    @Test func `After a stall the stream goes on with what comes late`() {
        let bench = JitterBench()
        for number in 0..<10 {
            bench.send(number, at: number * 20)
            bench.tick()
        }
        bench.tick(4)
        for number in 10..<14 { bench.send(number, at: 280) }
        bench.tick(8)
        #expect(bench.frames == Array(0..<14))
    }

    @Test func `Reset forgets everything`() {
        let bench = JitterBench()
        for number in 0..<5 { bench.send(number, at: number * 20) }
        bench.buffer.reset()
        bench.tick(3)
        #expect(bench.frames.isEmpty)
        #expect(bench.send(3, at: 100) == .accepted)
    }

    @Test(arguments: 1...40)
    func `Random loss, reorder and duplicates lose nothing that came in time`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let bench = JitterBench(.init(minimumDelayMilliseconds: 120))
        var arrivals: [(time: Int, number: Int)] = []
        var sent: Set<Int> = []
        for number in 0..<200 {
            guard number < 3 || Int.random(in: 0..<20, using: &generator) > 0 else { continue }
            sent.insert(number)
            for _ in 0..<(Int.random(in: 0..<10, using: &generator) == 0 ? 2 : 1) {
                arrivals.append((number * 20 + Int.random(in: 0...60, using: &generator), number))
            }
        }
        arrivals.sort { $0 < $1 }
        for tick in 0..<220 {
            while let first = arrivals.first, first.time <= tick * 20 {
                bench.send(first.number, at: first.time)
                arrivals.removeFirst()
            }
            bench.tick()
        }
        let frames = bench.frames.filter { $0 >= 0 }
        #expect(frames == sent.sorted())
        #expect(bench.frames.count { $0 == -1 } == (0..<(sent.max() ?? 0)).count { !sent.contains($0) })
    }

    @Test func `Arbitrary headers never trap`() {
        var generator = SeededGenerator(seed: 99)
        let bench = JitterBench()
        for _ in 0..<50_000 {
            let wild = Int.random(in: 0..<50, using: &generator) == 0
            bench.send(
                Int.random(in: 0...(wild ? 65_535 : 40), using: &generator),
                timestamp: Int.random(in: 0...(wild ? Int(UInt32.max) : 6400), using: &generator),
                ssrc: wild ? UInt32.random(in: 0...3, using: &generator) : 1,
                octets: Int.random(in: 0...500, using: &generator),
                at: Int.random(in: -1000...100_000, using: &generator))
            if Bool.random(using: &generator) {
                bench.buffer.skip(JitterBench.header(Int.random(in: 0...65_535, using: &generator)))
            }
            bench.tick()
        }
        #expect(bench.buffer.statistics.accepted > 100)
        #expect(bench.buffer.depthMilliseconds >= 0)
    }
}
