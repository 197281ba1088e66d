import ArgumentParser
import Foundation

/// Rows for different numbers of calls, to see how the media thread scales.
struct ForwardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forward", abstract: "Measure only the media thread, a row for each number of calls.")

    @Option(help: "Seconds of each row.") var seconds = 5.0
    @Argument(help: "Numbers of calls.") var calls: [Int] = [200, 500]

    func run() throws {
        Self.row("work", "calls", "packets/s", "lost", "core used", "ms/call-second", "packets per CPU second")
        for work in MediaBenchmark.Work.allCases {
            for count in calls {
                let result = try MediaBenchmark(work: work, calls: count, seconds: seconds).run()
                Self.row(
                    work.rawValue, "\(count)", "\(Int(Double(result.packetsSent) / seconds))", "\(result.packetsLost)",
                    "\(Int(result.load * 100)) %", "\((result.load * 100_000 / Double(count)).rounded() / 100)",
                    "\(Int(result.packetsPerCPUSecond))")
            }
        }
    }

    static func row(_ cells: String...) {
        let line = cells.map { $0 + String(repeating: " ", count: max(1, 16 - $0.count)) }.joined()
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}

/// Only makes the packets that ``ForwardCommand`` makes, for another relay to be measured with.
struct LoadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Send RTP to ports of another relay, and count what it sends to a port.")

    @Argument(help: "Address of the relay.") var host: String
    @Argument(help: "Its first port; each next one is two higher.") var base: Int
    @Argument(help: "How many ports.") var count: Int
    @Argument(help: "Port on 127.0.0.1 that the relay sends to.") var sink: UInt16
    @Argument(help: "How long.") var seconds: Double

    func run() throws {
        guard 1...20_000 ~= count, 0...600 ~= seconds, let source = RTPLoad(address: "127.0.0.1"),
            let listener = RTPLoad(address: "127.0.0.1", port: sink)
        else { throw ValidationError("at most 20000 ports and 600 seconds; the sink's port must be free") }
        let (host, ports) = (host, (0..<count).map { UInt16(clamping: base + 2 * $0) })
        Thread.detachNewThread { source.speak(to: host, ports: ports) }
        Thread.detachNewThread { listener.listen() }
        Thread.sleep(forTimeInterval: seconds)
        ForwardCommand.row("sent \(source.packetsSent)", "heard \(listener.packetsHeard)")
    }
}
