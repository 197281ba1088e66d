import Foundation
import Media
import SDP
import Synchronization
import VoiceEngine

/// Measures what the media thread's processor time is spent on, and how many packets it sends for it.
///
/// Packets are made and counted by other threads, so the figures hold the media thread's system calls and its own work,
/// nothing else.
struct MediaBenchmark {
    /// What the calls do.
    enum Work: String, CaseIterable {
        /// Two legs that hear each other.
        case bridged
        /// The same, with an mp3 of the mix; encoding it runs on other threads and is not counted here.
        case recorded
        /// One leg that music is played to.
        case playing
    }

    /// What one run gave.
    struct Result {
        var calls: Int
        var packetsSent: UInt64
        /// Datagrams that were read and led to nothing; 0 in a quiet run of bridged calls.
        var packetsLost: Int64
        var packetsPerCPUSecond: Double
        /// Share of a core that the media thread used.
        var load: Double
    }

    enum Failure: Error { case noSocket }

    var work = Work.bridged
    var calls: Int
    var seconds: Double
    var warmUp = 1.0

    func run() throws -> Result {
        let address = "127.0.0.1"
        let loop = try MediaLoop(configuration: MediaConfiguration(address: address)) { _ in }
        try loop.start()
        defer { loop.stop() }
        guard let caller = RTPLoad(address: address), let callee = RTPLoad(address: address) else {
            throw Failure.noSocket
        }
        let folder = FileManager.default.temporaryDirectory.appending(path: "rtp-forward-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var (callerPorts, calleePorts) = ([UInt16](), [UInt16]())
        for number in 0..<calls {
            let port = try loop.ports.open()
            let leg = self.leg(loop, port, caller)
            guard work != .playing else {
                loop.play(leg, Self.music, loop: true)
                continue
            }
            callerPorts.append(port.number)
            let other = try loop.ports.open()
            calleePorts.append(other.number)
            connect(loop, leg, self.leg(loop, other, callee))
            if work == .recorded { loop.record(leg, to: folder.appending(path: "\(number).mp3").path) }
        }
        let threads = start(caller, callerPorts, callee, calleePorts, address)
        defer {
            caller.stop()
            callee.stop()
            threads.forEach { $0.wait() }
        }
        return measure(loop)
    }

    /// A second of 440 Hz.
    private static let music = PCMClip(
        samples: (0..<8000).map { Int16(8000 * sin(2 * .pi * 440 * Double($0) / 8000)) })

    private func leg(_ loop: MediaLoop, _ port: MediaPort, _ phone: RTPLoad) -> LegID {
        let leg = loop.addLeg(port)
        loop.setRemote(leg, MediaRemote(address: "127.0.0.1", port: phone.port, codec: .pcmu))
        return leg
    }

    private func connect(_ loop: MediaLoop, _ a: LegID, _ b: LegID) {
        loop.connect(from: a, to: b)
        loop.connect(from: b, to: a)
    }

    private func start(
        _ caller: RTPLoad, _ callerPorts: [UInt16], _ callee: RTPLoad, _ calleePorts: [UInt16], _ address: String
    ) -> [DispatchSemaphore] {
        let work: [@Sendable () -> Void] = [
            { caller.speak(to: address, ports: callerPorts) }, { callee.speak(to: address, ports: calleePorts) },
            { caller.listen() }, { callee.listen() },
        ]
        return work.map { body in
            let done = DispatchSemaphore(value: 0)
            Thread.detachNewThread {
                body()
                done.signal()
            }
            return done
        }
    }

    private func measure(_ loop: MediaLoop) -> Result {
        Thread.sleep(forTimeInterval: warmUp)
        let (cpuBefore, before) = (loop.cpuTime(), statistics(loop))
        Thread.sleep(forTimeInterval: seconds)
        let (cpuAfter, after) = (loop.cpuTime(), statistics(loop))
        let cpu = cpuAfter - cpuBefore
        let cpuSeconds = Double(cpu.components.seconds) + Double(cpu.components.attoseconds) / 1e18
        let sent = after.packetsSent - before.packetsSent
        let lost = Int64(after.packetsReceived - before.packetsReceived) - Int64(sent)
        return Result(
            calls: calls, packetsSent: sent, packetsLost: work == .playing ? 0 : lost,
            packetsPerCPUSecond: Double(sent) / cpuSeconds, load: cpuSeconds / seconds)
    }

    private func statistics(_ loop: MediaLoop) -> MediaLoopStatistics {
        let answer = Mutex(MediaLoopStatistics())
        let done = DispatchSemaphore(value: 0)
        loop.statistics { (figures: MediaLoopStatistics) in
            answer.withLock { $0 = figures }
            done.signal()
        }
        done.wait()
        return answer.withLock { $0 }
    }
}
