import NIOCore
import NIOPosix
import SIP

/// One UDP socket for SIP.
final class DatagramSocket {
    private let channel: any Channel
    let localAddress: String
    let localPort: UInt16

    private init(channel: any Channel, localAddress: String, localPort: UInt16) {
        self.channel = channel
        self.localAddress = localAddress
        self.localPort = localPort
    }

    /// Binds the socket; messages go to `owner`, which is held weakly.
    static func bind(
        address: String, port: Int, eventLoop: any EventLoop, owner: any SIPSocketOwner
    ) -> EventLoopFuture<DatagramSocket> {
        let box = NIOLoopBound(WeakOwner(owner), eventLoop: eventLoop)
        return DatagramBootstrap(group: eventLoop)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 65536))
            .channelOption(.datagramVectorReadMessageCount, value: 8)
            .channelOption(.socketOption(.so_rcvbuf), value: 4 << 20)
            .bind(host: address, port: port)
            .flatMapThrowing { channel in
                let local = channel.localAddress
                let own = (local?.ipAddress ?? address, UInt16(clamping: local?.port ?? port))
                let socket = DatagramSocket(channel: channel, localAddress: own.0, localPort: own.1)
                try channel.pipeline.syncOperations.addHandler(
                    DatagramHandler(owner: box.value, localAddress: own.0, localPort: own.1))
                return socket
            }
    }

    /// Sends one datagram; a failure is reported as the flow's.
    func send(_ bytes: [UInt8], to flow: SIPFlow, owner: any SIPSocketOwner) {
        guard let remote = try? SocketAddress(ipAddress: flow.remoteAddress, port: Int(flow.remotePort)) else {
            return owner.flowFailed(flow)
        }
        let envelope = AddressedEnvelope(remoteAddress: remote, data: channel.allocator.buffer(bytes: bytes))
        let box = NIOLoopBound(WeakOwner(owner), eventLoop: channel.eventLoop)
        channel.writeAndFlush(envelope).whenFailure { _ in box.value.owner?.flowFailed(flow) }
    }

    func close() -> EventLoopFuture<Void> { channel.close() }
}

/// A weak reference that can be kept by channel handlers without keeping the owner alive.
struct WeakOwner {
    weak var owner: (any SIPSocketOwner)?
    init(_ owner: any SIPSocketOwner) { self.owner = owner }
}

/// Turns datagrams into messages.
private final class DatagramHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let owner: WeakOwner
    private let localAddress: String
    private let localPort: UInt16

    init(owner: WeakOwner, localAddress: String, localPort: UInt16) {
        self.owner = owner
        self.localAddress = localAddress
        self.localPort = localPort
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let address = envelope.remoteAddress.ipAddress, let port = envelope.remoteAddress.port else { return }
        let flow = SIPFlow(
            transport: .udp, localAddress: localAddress, localPort: localPort, remoteAddress: address,
            remotePort: UInt16(clamping: port))
        do throws(SIPParseError) {
            let message = try envelope.data.withUnsafeReadableBytes { bytes throws(SIPParseError) in
                try SIPParser.parse(bytes)
            }
            owner.owner?.received(message, on: flow)
        } catch {
            owner.owner?.receivedGarbage(error, on: flow)
        }
    }
}
