import CMediaIO
import Dispatch
import Foundation
import Media
import SDP
import Synchronization

@testable import VoiceEngine

/// A running loop on the loopback address with everything that it reported.
final class MediaBench: Sendable {
    let loop: MediaLoop
    let events = EventLog()

    init(_ adjust: (inout MediaConfiguration) -> Void = { _ in }) throws {
        var configuration = MediaConfiguration(address: "127.0.0.1", portRange: 20_000...29_999)
        configuration.quarantine = .zero
        // Silence that is exact can be told from sound by its octets.
        configuration.comfortNoise = nil
        adjust(&configuration)
        let events = events
        loop = try MediaLoop(configuration: configuration) { events.append($0) }
        try loop.start()
    }

    deinit { loop.stop() }

    /// A leg and the phone at its far end, already agreed.
    func leg(
        _ codec: AudioCodec = .pcmu, events: UInt8? = 101, direction: MediaDirection = .sendReceive
    ) throws -> TestLeg {
        let port = try loop.ports.open()
        let phone = try TestPhone(server: port.number)
        let id = loop.addLeg(port)
        loop.setRemote(
            id,
            MediaRemote(
                address: "127.0.0.1", port: phone.port, codec: codec, telephoneEventType: events, direction: direction))
        return TestLeg(id: id, phone: phone)
    }

    /// A leg's figures, after all commands given before.
    func statistics(_ leg: LegID) -> MediaStatistics? {
        let answer = Mutex<MediaStatistics?>(nil)
        let done = DispatchSemaphore(value: 0)
        loop.statistics(leg) { figures in
            answer.withLock { $0 = figures }
            done.signal()
        }
        _ = done.wait(timeout: .now() + 5)
        return answer.withLock { $0 }
    }

    /// Returns when all commands given before have been applied.
    func settle() { _ = statistics(LegID(rawValue: 0)) }
}

struct TestLeg {
    let id: LegID
    let phone: TestPhone
}

/// Collects events, and lets a test wait for one.
final class EventLog: Sendable {
    private let events = Mutex<[MediaEvent]>([])
    private let arrived = DispatchSemaphore(value: 0)

    func append(_ event: MediaEvent) {
        events.withLock { $0.append(event) }
        arrived.signal()
    }

    var all: [MediaEvent] { events.withLock { $0 } }

    /// Waits until an event fits; nil after the time.
    @discardableResult
    func wait(seconds: Double = 5, for fits: (MediaEvent) -> Bool) -> MediaEvent? {
        let end = DispatchTime.now() + seconds
        while true {
            if let event = all.first(where: fits) { return event }
            guard arrived.wait(timeout: end) == .success else { return all.first(where: fits) }
        }
    }
}

/// One RTP packet as a test sees it.
struct TestPacket: Equatable {
    var type: UInt8 = 0
    var marker = false
    var sequence: UInt16 = 0
    var timestamp: UInt32 = 0
    var ssrc: UInt32 = 0x1234_5678
    var payload: [UInt8] = []

    init(
        type: UInt8 = 0, marker: Bool = false, sequence: UInt16, timestamp: UInt32, ssrc: UInt32 = 0x1234_5678,
        payload: [UInt8]
    ) {
        self.type = type
        self.marker = marker
        self.sequence = sequence
        self.timestamp = timestamp
        self.ssrc = ssrc
        self.payload = payload
    }

    init?(_ bytes: [UInt8]) {
        guard let header = bytes.withUnsafeBytes({ RTPHeader(parsing: $0) }) else { return nil }
        self.init(
            type: header.payloadType, marker: header.marker, sequence: header.sequenceNumber.rawValue,
            timestamp: header.timestamp.rawValue, ssrc: header.ssrc.rawValue, payload: Array(bytes[header.payload]))
    }

    var bytes: [UInt8] {
        var header = [UInt8](repeating: 0, count: RTPHeader.size)
        header.withUnsafeMutableBytes { buffer in
            _ = RTPHeader(
                marker: marker, payloadType: type, sequenceNumber: SequenceNumber(rawValue: sequence),
                timestamp: RTPTimestamp(rawValue: timestamp), ssrc: SynchronizationSource(rawValue: ssrc)
            ).write(into: buffer)
        }
        return header + payload
    }
}

/// A plain UDP socket that speaks RTP with a leg.
final class TestPhone {
    let port: UInt16
    /// The leg's port.
    let server: UInt16
    private let socket: Int32
    private var target: media_address
    /// Numbers of the next packet of ``say(_:)``.
    var sequence: UInt16 = 100
    var timestamp: UInt32 = 5000

    init(server port: UInt16, address: String = "127.0.0.1") throws {
        var local = media_address()
        _ = media_address_parse(address, 0, &local)
        let socket = media_socket_open(&local, 1 << 18)
        guard socket >= 0 else { throw MediaError.socketRefused(address: address, errno: media_last_error()) }
        self.socket = socket
        self.port = media_socket_port(socket)
        self.server = port
        target = media_address()
        _ = media_address_parse(address, port, &target)
    }

    deinit { close(socket) }

    func send(_ bytes: [UInt8]) { _ = bytes.withUnsafeBytes { media_send(socket, $0.baseAddress, $0.count, &target) } }

    func send(_ packet: TestPacket) { send(packet.bytes) }

    /// Sends the next packet of a steady stream.
    func say(_ payload: [UInt8] = [UInt8](repeating: 0x55, count: 160), type: UInt8 = 0) {
        send(TestPacket(type: type, sequence: sequence, timestamp: timestamp, payload: payload))
        sequence &+= 1
        timestamp &+= 160
    }

    /// The next datagram; nil after the time.
    func receiveBytes(seconds: Double = 2) -> [UInt8]? {
        var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, Int32(seconds * 1000)) > 0 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 2048)
        var from = media_address()
        let count = buffer.withUnsafeMutableBytes { media_receive(socket, $0.baseAddress, $0.count, &from) }
        return count > 0 ? Array(buffer.prefix(count)) : nil
    }

    func receive(seconds: Double = 2) -> TestPacket? { receiveBytes(seconds: seconds).flatMap { TestPacket($0) } }

    /// The next packet that fits, skipping others; nil after the time or 500 packets.
    func receive(seconds: Double = 2, where fits: (TestPacket) -> Bool) -> TestPacket? {
        for _ in 0..<500 {
            guard let packet = receive(seconds: seconds) else { return nil }
            if fits(packet) { return packet }
        }
        return nil
    }

    func collect(_ count: Int) -> [TestPacket] {
        var packets: [TestPacket] = []
        while packets.count < count, let packet = receive() { packets.append(packet) }
        return packets
    }
}

/// A clock with a beat of 20 ms, for tests that speak in real time.
final class Beat {
    private let timer = media_timer_open(20_000)

    deinit { close(timer) }

    func next() {
        var descriptor = pollfd(fd: timer, events: Int16(POLLIN), revents: 0)
        _ = poll(&descriptor, 1, 1000)
        _ = media_counter_read(timer)
    }
}

/// Sounds for tests.
enum TestSound {
    /// A sine with a peak of 8000.
    static func sine(_ hertz: Double, count: Int, from start: Int = 0, rate: Int = 8000) -> [Int16] {
        (start..<start + count).map { Int16(8000 * sin(2 * .pi * hertz * Double($0) / Double(rate))) }
    }

    static func encode(_ samples: [Int16], _ law: G711 = .muLaw) -> [UInt8] { samples.map { law.encode($0) } }

    static func decode(_ octets: [UInt8], _ law: G711 = .muLaw) -> [Int16] { octets.map { law.decode($0) } }

    /// dBm0 of one frequency.
    static func level(_ hertz: Double, in samples: [Int16]) -> Double {
        samples.withUnsafeBufferPointer { Goertzel(frequency: hertz).dBm0(in: $0) }
    }

    /// The share of windows of 50 ms in which a frequency is loud; a busy machine leaves gaps in what is sent in real time.
    static func share(_ hertz: Double, in samples: [Int16], above threshold: Double = -20) -> Double {
        let windows = stride(from: 0, to: samples.count - 399, by: 400).map { Array(samples[$0..<$0 + 400]) }
        guard !windows.isEmpty else { return 0 }
        return Double(windows.filter { level(hertz, in: $0) > threshold }.count) / Double(windows.count)
    }
}
