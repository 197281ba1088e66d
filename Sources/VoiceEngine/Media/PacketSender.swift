import CMediaIO
import Media

/// Counts of the whole loop that every packet touches.
struct PacketCounters {
    var received: UInt64 = 0
    var sent: UInt64 = 0
}

/// Writes RTP headers and sends packets; shared by the packet path and the tick.
///
/// All properties are constants and all memory is its own, so a packet costs no reference counting and no allocation.
final class PacketSender {
    /// Samples of one frame of 20 ms, and its bytes in G.711.
    static let frameSize = 160
    /// Longest packet that is read, so also the longest that is sent.
    static let mostOctets = 2048

    let counters: UnsafeMutablePointer<PacketCounters>
    private let cores: UnsafeMutablePointer<LegCore>
    /// Room for a header and a frame that is made here.
    private let frame: UnsafeMutableRawBufferPointer
    /// Where packets are encrypted: what came in may go to several legs, each with a key of its own.
    private let sealed: UnsafeMutableRawPointer

    init(cores: UnsafeMutablePointer<LegCore>) {
        self.cores = cores
        counters = .allocate(capacity: 1)
        counters.initialize(to: PacketCounters())
        frame = .allocate(byteCount: RTPHeader.size + Self.frameSize, alignment: 16)
        sealed = .allocate(byteCount: Self.mostOctets + SRTPStream.trailer, alignment: 16)
    }

    deinit {
        counters.deallocate()
        frame.deallocate()
        sealed.deallocate()
    }

    /// Where the payload of the next ``sendFrame(_:of:payloadType:to:)`` is written.
    var framePayload: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: frame[RTPHeader.size...])
    }

    /// Sends the first `count` bytes of ``framePayload``.
    func sendFrame(_ header: OutgoingStream.Header, of count: Int, payloadType: UInt8, to slot: Int32) {
        guard let start = frame.baseAddress else { return }
        send(start, count, header, payloadType: payloadType, to: cores + Int(slot))
    }

    /// Writes the header at `packet` and sends it with the `count` bytes behind it.
    @inline(__always)
    func send(
        _ packet: UnsafeMutableRawPointer, _ count: Int, _ header: OutgoingStream.Header, payloadType: UInt8,
        to core: UnsafeMutablePointer<LegCore>
    ) {
        packet.storeBytes(of: 0x80, as: UInt8.self)
        packet.storeBytes(of: (header.marker ? 0x80 : 0) | payloadType, toByteOffset: 1, as: UInt8.self)
        packet.storeBytes(of: header.sequence.bigEndian, toByteOffset: 2, as: UInt16.self)
        packet.storeBytes(of: header.timestamp.bigEndian, toByteOffset: 4, as: UInt32.self)
        packet.storeBytes(of: core.pointee.outgoing.ssrc.bigEndian, toByteOffset: 8, as: UInt32.self)
        guard transmit(packet, RTPHeader.size + count, core) else { return }
        core.pointee.outgoing.count(octets: count)
        counters.pointee.sent &+= 1
    }

    /// False when the packet is lost: a send that fails loses one, as the network would have.
    @inline(__always)
    private func transmit(
        _ packet: UnsafeMutableRawPointer, _ count: Int, _ core: UnsafeMutablePointer<LegCore>
    ) -> Bool {
        guard let sealing = core.pointee.sealing else {
            return media_send(core.pointee.rtp, packet, count, &core.pointee.remote) > 0
        }
        guard count <= Self.mostOctets else { return false }
        sealed.copyMemory(from: packet, byteCount: count)
        guard let length = sealing.protect(sealed, count: count) else { return false }
        return media_send(core.pointee.rtp, sealed, length, &core.pointee.remote) > 0
    }
}
