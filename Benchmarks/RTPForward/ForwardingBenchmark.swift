import Foundation
import SDP
import Synchronization
import VoiceEngine

/// Measures how many packets the media thread forwards in a second of its processor time.
///
/// Every call is two legs that hear each other. Packets are made and counted by other threads, so the figure holds the
/// media thread's system calls and its own work, nothing else.
struct ForwardingBenchmark {
    /// What one run gave.
    struct Result {
        var calls: Int
        var packetsForwarded: UInt64
        var packetsLost: Int64
        var cpu: Duration
        var packetsPerCPUSecond: Double
        /// Share of a core that the media thread used.
        var load: Double
    }

    enum Failure: Error { case noSocket }

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
        var (callerPorts, calleePorts) = ([UInt16](), [UInt16]())
        for _ in 0..<calls {
            let (inbound, outbound) = (try loop.ports.open(), try loop.ports.open())
            callerPorts.append(inbound.number)
            calleePorts.append(outbound.number)
            connect(loop, loop.addLeg(inbound), caller.port, loop.addLeg(outbound), callee.port)
        }
        let threads = start(caller, callerPorts, callee, calleePorts, address)
        defer {
            caller.stop()
            callee.stop()
            threads.forEach { $0.wait() }
        }
        return measure(loop, caller, callee)
    }

    private func connect(_ loop: MediaLoop, _ a: LegID, _ portA: UInt16, _ b: LegID, _ portB: UInt16) {
        loop.setRemote(a, MediaRemote(address: "127.0.0.1", port: portA, codec: .pcmu))
        loop.setRemote(b, MediaRemote(address: "127.0.0.1", port: portB, codec: .pcmu))
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

    private func measure(_ loop: MediaLoop, _ caller: RTPLoad, _ callee: RTPLoad) -> Result {
        Thread.sleep(forTimeInterval: warmUp)
        let (cpuBefore, before) = (loop.cpuTime(), statistics(loop))
        Thread.sleep(forTimeInterval: seconds)
        let (cpuAfter, after) = (loop.cpuTime(), statistics(loop))
        let cpu = cpuAfter - cpuBefore
        let cpuSeconds = Double(cpu.components.seconds) + Double(cpu.components.attoseconds) / 1e18
        let forwarded = after.packetsSent - before.packetsSent
        return Result(
            calls: calls, packetsForwarded: forwarded,
            packetsLost: Int64(after.packetsReceived - before.packetsReceived) - Int64(forwarded), cpu: cpu,
            packetsPerCPUSecond: Double(forwarded) / cpuSeconds, load: cpuSeconds / seconds)
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
