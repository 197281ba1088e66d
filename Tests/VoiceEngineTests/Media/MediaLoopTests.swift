import CallControl
import Dispatch
import Foundation
import Media
import SDP
import Synchronization
import Testing

@testable import VoiceEngine

@Suite("The media loop", .serialized)
struct MediaLoopTests {
    private func figures(_ loop: MediaLoop) -> MediaLoopStatistics {
        let answer = Mutex(MediaLoopStatistics())
        let done = DispatchSemaphore(value: 0)
        loop.statistics { (figures: MediaLoopStatistics) in
            answer.withLock { $0 = figures }
            done.signal()
        }
        _ = done.wait(timeout: .now() + 5)
        return answer.withLock { $0 }
    }

    /// Keeps the media thread busy, as a stalled machine would.
    private func stall(_ bench: MediaBench, milliseconds: Int) {
        bench.loop.statistics(LegID(rawValue: 0)) { _ in
            let end = ContinuousClock.now + .milliseconds(milliseconds)
            while ContinuousClock.now < end {}
        }
    }

    @Test(
        "After a stall a few ticks are made up for, the rest is given up, and the timestamps tell the time that passed")
    func catchesUp() throws {
        let bench = try MediaBench { $0.sendsSilence = false }
        let leg = try bench.leg()
        bench.loop.play(leg.id, PCMClip(samples: TestSound.sine(440, count: 16_000)))
        let before = try #require(leg.phone.collect(3).last)
        stall(bench, milliseconds: 300)
        bench.settle()
        let after = leg.phone.collect(20)
        let figures = figures(bench.loop)
        #expect(figures.lateTicks >= 10)
        #expect(figures.skippedTicks >= 5)
        let last = try #require(after.last)
        let steps = Int(last.sequence &- before.sequence)
        #expect(steps == 20)
        #expect(Int(last.timestamp &- before.timestamp) >= (steps + Int(figures.skippedTicks)) * 160)
    }

    @Test("Hostile packets stop nothing, whatever is switched on")
    func survivesHostility() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "hostile-\(UUID().uuidString).mp3")
        defer { try? FileManager.default.removeItem(at: folder) }
        let bench = try MediaBench()
        let port = try bench.loop.ports.open()
        let (phone, control) = (try TestPhone(server: port.number), try TestPhone(server: port.number + 1))
        let (leg, other) = (bench.loop.addLeg(port), try bench.leg(.pcma))
        bench.loop.setRemote(
            leg, MediaRemote(address: "127.0.0.1", port: phone.port, codec: .pcmu, telephoneEventType: 101))
        bench.loop.connect(from: leg, to: other.id)
        bench.loop.record(leg, to: folder.path)
        bench.loop.handleTones(leg, kinds: [.telephoneEvent, .inBand])
        var generator = SystemRandomNumberGenerator()
        for round in 0..<3000 {
            var datagram = (0..<Int.random(in: 1...400, using: &generator)).map { _ in UInt8.random(in: 0...255) }
            datagram[0] = 0x80 | (round.isMultiple(of: 3) ? datagram[0] & 0x3F : 0)
            if datagram.count > 1 { datagram[1] = [0, 8, 13, 101, 200, 201, 202, 203].randomElement() ?? 0 }
            phone.send(datagram)
            control.send(datagram)
            guard round.isMultiple(of: 50) else { continue }
            bench.settle()
            while other.phone.receiveBytes(seconds: 0) != nil {}
        }
        phone.send(TestPacket(sequence: 1, timestamp: 160, payload: [UInt8](repeating: 0xFF, count: 123)))
        #expect(other.phone.receive { $0.payload == [UInt8](repeating: 0xD5, count: 123) } != nil)
        bench.loop.removeLeg(leg)
        #expect(bench.events.wait { if case .recordStopped(leg, _, _) = $0 { true } else { false } } != nil)
    }

    @Test("Commands for legs that are gone do nothing")
    func ignoresUnknownLegs() throws {
        let bench = try MediaBench { $0.sendsSilence = false }
        let (a, b) = (try bench.leg(), try bench.leg())
        let gone = LegID(rawValue: 999_999)
        bench.loop.connect(from: gone, to: a.id)
        bench.loop.connect(from: a.id, to: gone)
        bench.loop.play(gone, PCMClip(samples: [1]))
        bench.loop.sendDigits(gone, "1")
        bench.loop.handleTones(gone, kinds: [.inBand])
        bench.loop.record(gone, to: "/nonexistent/x")
        bench.loop.removeLeg(gone)
        bench.loop.connect(from: a.id, to: b.id)
        bench.settle()
        a.phone.say([1])
        #expect(try #require(b.phone.receive()).payload == [1])
        #expect(bench.events.all == [.firstPacket(a.id)])
    }

    @Test("A stopped loop has ended all legs and given back their ports")
    func stops() throws {
        let bench = try MediaBench { $0.portRange = 31_100...31_101 }
        let leg = try bench.leg()
        #expect(throws: MediaError.portsExhausted(31_100...31_101)) { try bench.loop.ports.open() }
        bench.loop.stop()
        let ends = bench.events.all.filter { if case .legRemoved(leg.id, _) = $0 { true } else { false } }
        #expect(ends.count == 1)
        #expect(try bench.loop.ports.open().number == 31_100)
        #expect(bench.loop.cpuTime() == .zero)
    }
}
