import CMediaIO
import Foundation
import Media
import SDP
import VoiceEngine

/// Measures the processor time that a conference of 100 lines costs in each tick of 20 ms: packets in, mixing, packets out.
///
/// Five lines talk at once, the others send silence, as a large conference does.
struct ConferenceBenchmark {
    private static let lines = 100
    private static let talkers = 5

    var seconds: Double
    var warmUp = 1.0

    /// Processor seconds of the media thread for a tick.
    func run() throws -> Double {
        let address = "127.0.0.1"
        let loop = try MediaLoop(configuration: MediaConfiguration(address: address)) { _ in }
        try loop.start()
        defer { loop.stop() }
        guard let loud = RTPLoad(address: address), let quiet = RTPLoad(address: address) else {
            throw MediaBenchmark.Failure.noSocket
        }
        let conference = loop.addConference()
        var ports: [UInt16] = []
        for number in 0..<Self.lines {
            let port = try loop.ports.open()
            let leg = loop.addLeg(port)
            let phone = number < Self.talkers ? loud.port : quiet.port
            loop.setRemote(leg, MediaRemote(address: address, port: phone, codec: .pcmu))
            loop.connect(from: .leg(leg), to: .unit(conference))
            loop.connect(from: .unit(conference), to: .leg(leg))
            ports.append(port.number)
        }
        let (talking, silent) = (Array(ports.prefix(Self.talkers)), Array(ports.dropFirst(Self.talkers)))
        let threads = Self.start([
            { loud.speak(to: address, ports: talking) }, { quiet.speak(to: address, ports: silent, octet: 0xFF) },
            { loud.listen() }, { quiet.listen() },
        ])
        defer {
            loud.stop()
            quiet.stop()
            threads.forEach { $0.wait() }
        }
        Thread.sleep(forTimeInterval: warmUp)
        let (before, start) = (loop.cpuTime(), media_now())
        Thread.sleep(forTimeInterval: seconds)
        let (after, end) = (loop.cpuTime(), media_now())
        return (after - before) / .seconds(1) / (Double(end - start) / 20_000)
    }

    private static func start(_ work: [@Sendable () -> Void]) -> [DispatchSemaphore] {
        work.map { body in
            let done = DispatchSemaphore(value: 0)
            Thread.detachNewThread {
                body()
                done.signal()
            }
            return done
        }
    }
}
