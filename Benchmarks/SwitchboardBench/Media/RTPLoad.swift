import CMediaIO
import Foundation
import Synchronization

/// Speaks to many ports at once in G.711 packets of 20 ms, and counts what comes back; on a thread of its caller.
///
/// One socket sends and receives for all, as a trunk does. Each port gets its packet in one of twenty slots of 1 ms.
final class RTPLoad: Sendable {
    private static let slots = 20
    private static let packetSize = 172

    let port: UInt16
    private let socket: Int32
    private let heard = Atomic<UInt64>(0)
    private let said = Atomic<UInt64>(0)
    private let isOver = Atomic<Bool>(false)

    /// Binds a socket of the loopback address; nil when the system refuses.
    init?(address: String, port: UInt16 = 0) {
        var local = media_address()
        guard media_address_parse(address, port, &local) else { return nil }
        let socket = media_socket_open(&local, 4 << 20)
        guard socket >= 0 else { return nil }
        self.socket = socket
        self.port = media_socket_port(socket)
    }

    deinit { close(socket) }

    var packetsSent: UInt64 { said.load(ordering: .relaxed) }
    var packetsHeard: UInt64 { heard.load(ordering: .relaxed) }

    func stop() { isOver.store(true, ordering: .relaxed) }

    /// Sends in rhythm to all ports until it is stopped; every octet of sound is `octet`.
    func speak(to host: String, ports: [UInt16], octet: UInt8 = 0x55) {
        var targets = ports.map { port in
            var target = media_address()
            _ = media_address_parse(host, port, &target)
            return target
        }
        let timer = media_timer_open(1000)
        defer { close(timer) }
        var packet = [UInt8](repeating: octet, count: Self.packetSize)
        packet[0] = 0x80
        packet[1] = 0
        var slot = 0
        while !isOver.load(ordering: .relaxed) {
            var descriptor = pollfd(fd: timer, events: Int16(POLLIN), revents: 0)
            _ = poll(&descriptor, 1, 100)
            for _ in 0..<min(media_counter_read(timer), 20) {
                send(&packet, to: &targets, slot: slot)
                slot += 1
            }
        }
    }

    /// Sequence number and timestamp follow from the slot; the source is the number of the port.
    private func send(_ packet: inout [UInt8], to targets: inout [media_address], slot: Int) {
        let round = UInt32(truncatingIfNeeded: slot / Self.slots)
        var count: UInt64 = 0
        packet.withUnsafeMutableBytes { bytes in
            bytes.storeBytes(of: UInt16(truncatingIfNeeded: round).bigEndian, toByteOffset: 2, as: UInt16.self)
            bytes.storeBytes(of: (round &* 160).bigEndian, toByteOffset: 4, as: UInt32.self)
            for index in stride(from: slot % Self.slots, to: targets.count, by: Self.slots) {
                bytes.storeBytes(of: UInt32(index + 1).bigEndian, toByteOffset: 8, as: UInt32.self)
                if media_send(socket, bytes.baseAddress, bytes.count, &targets[index]) > 0 { count += 1 }
            }
        }
        said.wrappingAdd(count, ordering: .relaxed)
    }

    /// Counts what arrives until it is stopped.
    func listen() {
        var from = media_address()
        var buffer = [UInt8](repeating: 0, count: 2048)
        var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        while !isOver.load(ordering: .relaxed) {
            guard poll(&descriptor, 1, 100) > 0 else { continue }
            var count: UInt64 = 0
            while buffer.withUnsafeMutableBytes({ media_receive(socket, $0.baseAddress, $0.count, &from) }) > 0 {
                count += 1
            }
            heard.wrappingAdd(count, ordering: .relaxed)
            // A thousandth of a second of packets a read, so that counting costs the other core little.
            var pause = timespec(tv_sec: 0, tv_nsec: 1_000_000)
            nanosleep(&pause, nil)
        }
    }
}
