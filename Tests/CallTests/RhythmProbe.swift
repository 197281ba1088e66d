import CMediaIO
import Dispatch
import Foundation
import Synchronization

/// Both ends of a bridged call: each sends a packet of sound every 20 ms, and says how late it gets the other's.
///
/// A packet's slot is the instant at which it is sent, which it carries along. The kernel tells when it arrives, so
/// that only the bridge is measured and not how soon this process looks.
final class RhythmProbe: Sendable {
    struct Result: Sendable {
        var sent = 0
        var received = 0
        /// Packets that came more than 20 ms behind their slot.
        var late = 0
        var longestDelay = Duration.zero

        /// The share of packets that came late or never.
        var spoiled: Double { Double(late + max(0, sent - received)) / Double(max(1, sent)) }
    }

    struct NoSocket: Error {}

    static let slot = Duration.milliseconds(20)

    /// The ports at which the two ends want sound.
    let ports: [UInt16]
    private let sockets: [Int32]
    private let state = Mutex((result: Result(), isOver: false))
    private let ended = DispatchSemaphore(value: 0)

    init(address: String) throws {
        var local = media_address()
        guard media_address_parse(address, 0, &local) else { throw NoSocket() }
        sockets = [media_socket_open(&local, 1 << 20), media_socket_open(&local, 1 << 20)]
        guard sockets.allSatisfy({ $0 >= 0 }) else { throw NoSocket() }
        ports = sockets.map { media_socket_port($0) }
        // The first question turns the kernel's time stamps on.
        for socket in sockets { _ = Self.arrival(socket) }
    }

    deinit { for socket in sockets { close(socket) } }

    /// Sends and receives on a thread of its own until ``stop()``.
    ///
    /// - Parameter remotes: Where the bridge wants the sound of the two ends.
    func start(host: String, remotes: [UInt16]) {
        Thread.detachNewThread { [self] in
            _ = media_raise_thread()
            run(
                remotes.map { port in
                    var target = media_address()
                    _ = media_address_parse(host, port, &target)
                    return target
                })
            ended.signal()
        }
    }

    /// Ends the call's sound and tells how it was.
    func stop() -> Result {
        state.withLock { $0.isOver = true }
        ended.wait()
        return state.withLock { $0.result }
    }

    private func run(_ targets: [media_address]) {
        let timer = media_timer_open(20_000)
        defer { close(timer) }
        var sequence: UInt16 = 0
        // After the last packet half a second is left for those on their way.
        var rest = 25
        while rest > 0 {
            var wanted = (sockets + [timer]).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            _ = poll(&wanted, nfds_t(wanted.count), 1000)
            for socket in sockets { receive(socket) }
            guard media_counter_read(timer) > 0 else { continue }
            if state.withLock({ $0.isOver }) {
                rest -= 1
                continue
            }
            sequence &+= 1
            for (socket, target) in zip(sockets, targets) { send(sequence, on: socket, to: target) }
        }
    }

    private func send(_ sequence: UInt16, on socket: Int32, to target: media_address) {
        var packet: [UInt8] = [0x80, 0, UInt8(sequence >> 8), UInt8(sequence & 255)]
        packet += withUnsafeBytes(of: (UInt32(sequence) * 160).bigEndian, Array.init) + [1, 2, 3, 4]
        packet += withUnsafeBytes(of: Self.now(), Array.init) + [UInt8](repeating: 0xFF, count: 152)
        var target = target
        guard media_send(socket, packet, packet.count, &target) == packet.count else { return }
        state.withLock { $0.result.sent += 1 }
    }

    private func receive(_ socket: Int32) {
        var buffer = [UInt8](repeating: 0, count: 512)
        var from = media_address()
        while media_receive(socket, &buffer, buffer.count, &from) == 172 {
            let slot = buffer.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 12, as: Int64.self) }
            let now = Self.now()
            // Silence that the bridge sends before there is sound carries no slot.
            guard slot <= now, slot > now - 60_000_000_000 else { continue }
            let delay = Duration.nanoseconds((Self.arrival(socket) ?? now) - slot)
            state.withLock { state in
                state.result.received += 1
                if delay > Self.slot { state.result.late += 1 }
                state.result.longestDelay = max(state.result.longestDelay, delay)
            }
        }
    }

    /// Nanoseconds since 1970.
    private static func now() -> Int64 {
        let time = media_ntp_now()
        return (Int64(time >> 32) - 2_208_988_800) * 1_000_000_000 + Int64(((time & 0xFFFF_FFFF) * 1_000_000_000) >> 32)
    }

    /// When the packet that was read last came, in nanoseconds since 1970; nil without a stamp.
    private static func arrival(_ socket: Int32) -> Int64? {
        var time: (seconds: Int64, nanoseconds: Int64) = (0, 0)
        let request: UInt = 0x8907  // SIOCGSTAMPNS
        return ioctl(socket, request, &time) == 0 ? time.seconds * 1_000_000_000 + time.nanoseconds : nil
    }
}
