import NIOCore
import NIOPosix
import SIP

/// The TCP side of SIP: a listening socket, and connections by number and by peer.
final class StreamSockets {
    /// More connections than this are closed at once.
    static let mostConnections = 10_000
    static let idleTime = TimeAmount.minutes(15)

    private struct Peer: Hashable {
        let address: String
        let port: UInt16
    }

    private let eventLoop: any EventLoop
    private weak var owner: (any SIPSocketOwner)?
    private var listener: (any Channel)?
    private var localAddress = ""
    private var localPort: UInt16 = 0
    private var connections: [UInt64: any Channel] = [:]
    private var byPeer: [Peer: UInt64] = [:]
    private var opening: [Peer: [(bytes: [UInt8], flow: SIPFlow)]] = [:]
    private var nextConnection: UInt64 = 1

    init(eventLoop: any EventLoop, owner: any SIPSocketOwner) {
        self.eventLoop = eventLoop
        self.owner = owner
    }

    /// Listens; the future fails when the port is taken.
    func listen(address: String, port: Int) -> EventLoopFuture<Void> {
        let box = NIOLoopBound(self, eventLoop: eventLoop)
        return ServerBootstrap(group: eventLoop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 512)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try box.value.adopt(channel) }
            }
            .bind(host: address, port: port)
            .map { channel in
                box.value.listener = channel
                box.value.localAddress = channel.localAddress?.ipAddress ?? address
                box.value.localPort = UInt16(clamping: channel.localAddress?.port ?? port)
            }
    }

    /// Sends on the flow's connection, or on one to its peer, which is opened if there is none.
    func send(_ bytes: [UInt8], to flow: SIPFlow) {
        let peer = Peer(address: flow.remoteAddress, port: flow.remotePort)
        if let number = flow.connection ?? byPeer[peer], let channel = connections[number] {
            return write(bytes, to: channel, flow: flow)
        }
        // RFC 3261 18.2.2: a response whose connection is gone goes to a new one to the same peer.
        guard opening[peer] == nil else {
            guard opening[peer, default: []].count < 256 else { return fail(flow) }
            opening[peer, default: []].append((bytes, flow))
            return
        }
        opening[peer] = [(bytes, flow)]
        connect(to: peer)
    }

    func close() -> EventLoopFuture<Void> {
        let closing = connections.values.map { $0.close().recover { _ in } }
        let all = closing + (listener.map { [$0.close().recover { _ in }] } ?? [])
        return EventLoopFuture.andAllComplete(all, on: eventLoop)
    }

    private func connect(to peer: Peer) {
        let box = NIOLoopBound(self, eventLoop: eventLoop)
        ClientBootstrap(group: eventLoop)
            .connectTimeout(.seconds(5))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try box.value.adopt(channel) }
            }
            .connect(host: peer.address, port: Int(peer.port))
            .assumeIsolated()
            .whenComplete { result in self.opened(peer, result) }
    }

    private func opened(_ peer: Peer, _ result: Result<any Channel, any Error>) {
        let waiting = opening.removeValue(forKey: peer) ?? []
        switch result {
        case .success(let channel): for item in waiting { write(item.bytes, to: channel, flow: item.flow) }
        case .failure: for item in waiting { fail(item.flow) }
        }
    }

    private func write(_ bytes: [UInt8], to channel: any Channel, flow: SIPFlow) {
        channel.writeAndFlush(channel.allocator.buffer(bytes: bytes)).assumeIsolated()
            .whenFailure { _ in self.fail(flow) }
    }

    private func fail(_ flow: SIPFlow) {
        // The machine must not be entered while it is handing out the very message that fails.
        let box = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute { box.value.owner?.flowFailed(flow) }
    }

    private func adopt(_ channel: any Channel) throws {
        guard connections.count < Self.mostConnections else { throw ChannelError.ioOnClosedChannel }
        let number = nextConnection
        nextConnection += 1
        connections[number] = channel
        try channel.pipeline.syncOperations.addHandlers([
            IdleStateHandler(allTimeout: Self.idleTime), StreamHandler(number: number, sockets: self),
        ])
    }

    fileprivate func activated(_ number: UInt64, _ channel: any Channel) -> SIPFlow? {
        guard let remote = channel.remoteAddress, let address = remote.ipAddress, let port = remote.port else {
            return nil
        }
        byPeer[Peer(address: address, port: UInt16(clamping: port))] = number
        return SIPFlow(
            transport: .tcp, localAddress: channel.localAddress?.ipAddress ?? localAddress, localPort: localPort,
            remoteAddress: address, remotePort: UInt16(clamping: port), connection: number)
    }

    fileprivate func received(_ message: SIPMessage, on flow: SIPFlow) { owner?.received(message, on: flow) }

    fileprivate func receivedGarbage(_ error: SIPParseError, on flow: SIPFlow) {
        owner?.receivedGarbage(error, on: flow)
    }

    fileprivate func closed(_ number: UInt64, flow: SIPFlow?) {
        connections[number] = nil
        guard let flow else { return }
        let peer = Peer(address: flow.remoteAddress, port: flow.remotePort)
        if byPeer[peer] == number { byPeer[peer] = nil }
        owner?.flowFailed(flow)
    }
}

/// One connection: cuts the stream into messages and closes it on anything that is none.
private final class StreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let number: UInt64
    private let sockets: StreamSockets
    private var decoder = SIPStreamDecoder()
    private var flow: SIPFlow?

    init(number: UInt64, sockets: StreamSockets) {
        self.number = number
        self.sockets = sockets
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { flow = sockets.activated(number, context.channel) }
    }

    func channelActive(context: ChannelHandlerContext) {
        if flow == nil { flow = sockets.activated(number, context.channel) }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let flow else { return }
        var buffer = unwrapInboundIn(data)
        decoder.append(buffer.readBytes(length: buffer.readableBytes) ?? [])
        do throws(SIPParseError) {
            while let message = try decoder.next() { sockets.received(message, on: flow) }
        } catch {
            sockets.receivedGarbage(error, on: flow)
            // After a framing mistake nothing that follows on the stream can be trusted.
            context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        sockets.closed(number, flow: flow)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
