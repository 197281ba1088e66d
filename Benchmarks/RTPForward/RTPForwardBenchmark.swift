import Foundation
import VoiceEngine

/// `rtp-forward [seconds [calls …]]` prints a row for each number of calls; `rtp-forward load HOST BASE COUNT SINK SECONDS`
/// only makes the same load, for another relay to be measured with.
@main
enum RTPForwardBenchmark {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.first == "load", arguments.count == 6 { return load(arguments) }
        let seconds = arguments.first.flatMap(Double.init) ?? 5
        let calls = arguments.dropFirst().compactMap(Int.init)
        row("work", "calls", "packets/s", "lost", "core used", "ms/call-second", "packets per CPU second")
        for work in MediaBenchmark.Work.allCases {
            for count in calls.isEmpty ? [200, 500] : calls {
                let result = try MediaBenchmark(work: work, calls: count, seconds: seconds).run()
                row(
                    work.rawValue, "\(count)", "\(Int(Double(result.packetsSent) / seconds))", "\(result.packetsLost)",
                    "\(Int(result.load * 100)) %", "\((result.load * 100_000 / Double(count)).rounded() / 100)",
                    "\(Int(result.packetsPerCPUSecond))")
            }
        }
    }

    private static func row(_ cells: String...) {
        let line = cells.map { $0 + String(repeating: " ", count: max(1, 16 - $0.count)) }.joined()
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }

    /// Ports are `BASE`, `BASE` + 2 and so on; what the relay sends to `SINK` is counted.
    private static func load(_ arguments: [String]) {
        guard let base = Int(arguments[2]), let count = Int(arguments[3]), let sink = UInt16(arguments[4]),
            let seconds = Double(arguments[5]), let source = RTPLoad(address: "127.0.0.1"),
            let listener = RTPLoad(address: "127.0.0.1", port: sink)
        else { return row("bad arguments, or no socket") }
        let (host, ports) = (arguments[1], (0..<count).map { UInt16(clamping: base + 2 * $0) })
        Thread.detachNewThread { source.speak(to: host, ports: ports) }
        Thread.detachNewThread { listener.listen() }
        Thread.sleep(forTimeInterval: seconds)
        row("sent \(source.packetsSent)", "heard \(listener.packetsHeard)")
    }
}
