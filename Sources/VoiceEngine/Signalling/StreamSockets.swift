import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import SIP

/// The TCP or TLS side of SIP: a listening socket, and connections by number and by peer.
final class StreamSockets {
    /// More connections than this are closed at once.
    static let mostConnections = 10_000
    static let idleTime = TimeAmount.minutes(15)
    /// Who has not agreed on TLS by then holds a place that others want.
    static let handshakeTime = TimeAmount.seconds(10)

    /// The far end of a connection; a name that was verified is part of it, so that nobody else's connection is used.
    private struct Peer: Hashable {
        let address: String
        let port: UInt16
        let name: String?

        init(_ flow: SIPFlow) {
            address = flow.remoteAddress
            port = flow.remotePort
            name = flow.peerName
        }
    }

    private struct Connection {
        let channel: any Channel
        /// Whom this side has called; nil for a connection that was taken.
        let peer: Peer?
        /// The flow without a number that messages came here by.
        var calledBy: SIPFlow?
    }

    private let transport: SIPTransportKind
    private let tls: SIPTLSContexts?
    private let eventLoop: any EventLoop
    private weak var owner: (any SIPSocketOwner)?
    private var listener: (any Channel)?
    private var localAddress = ""
    /// The port that is listened on; 0 for none.
    private(set) var localPort: UInt16 = 0
    private var connections: [UInt64: Connection] = [:]
    private var byPeer: [Peer: UInt64] = [:]
    private var opening: [Peer: [(bytes: [UInt8], flow: SIPFlow)]] = [:]
    private var nextConnection: UInt64 = 1

    /// - Parameter tls: what connections are secured with; nil for plain TCP.
    init(
        transport: SIPTransportKind, tls: SIPTLSContexts?, eventLoop: any EventLoop, owner: any SIPSocketOwner
    ) {
        self.transport = transport
        self.tls = tls
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
                channel.eventLoop.makeCompletedFuture { try box.value.adopt(channel, calling: nil) }
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
        let peer = Peer(flow)
        if let number = flow.connection ?? byPeer[peer], let channel = connections[number]?.channel {
            if flow.connection == nil { connections[number]?.calledBy = flow }
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
        let closing = connections.values.map { $0.channel.close().recover { _ in } }
        let all = closing + (listener.map { [$0.close().recover { _ in }] } ?? [])
        return EventLoopFuture.andAllComplete(all, on: eventLoop)
    }

    private func connect(to peer: Peer) {
        let box = NIOLoopBound(self, eventLoop: eventLoop)
        ClientBootstrap(group: eventLoop)
            .connectTimeout(.seconds(5))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try box.value.adopt(channel, calling: peer) }
            }
            .connect(host: peer.address, port: Int(peer.port))
            .assumeIsolated()
            .whenComplete { result in self.opened(peer, result) }
    }

    private func opened(_ peer: Peer, _ result: Result<any Channel, any Error>) {
        let waiting = opening.removeValue(forKey: peer) ?? []
        switch result {
        case .success(let channel):
            if let number = byPeer[peer] { connections[number]?.calledBy = waiting.first?.flow }
            for item in waiting { write(item.bytes, to: channel, flow: item.flow) }
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

    private func adopt(_ channel: any Channel, calling peer: Peer?) throws {
        guard connections.count < Self.mostConnections else { throw ChannelError.ioOnClosedChannel }
        let number = nextConnection
        nextConnection += 1
        if let tls { try channel.pipeline.syncOperations.addHandler(securing(peer, with: tls)) }
        connections[number] = Connection(channel: channel, peer: peer)
        try channel.pipeline.syncOperations.addHandlers([
            IdleStateHandler(allTimeout: Self.idleTime),
            StreamHandler(number: number, isOutgoing: peer != nil, awaitsHandshake: tls != nil, sockets: self),
        ])
    }

    private func securing(_ peer: Peer?, with tls: SIPTLSContexts) throws -> any ChannelHandler {
        if let peer { return try tls.clientHandler(to: peer.name ?? peer.address) }
        guard let server = tls.server else { throw ChannelError.ioOnClosedChannel }
        return NIOSSLServerHandler(context: server)
    }

    fileprivate func activated(_ number: UInt64, _ channel: any Channel) -> SIPFlow? {
        guard let remote = channel.remoteAddress, let address = remote.ipAddress, let port = remote.port else {
            return nil
        }
        let ownPort = localPort != 0 ? localPort : UInt16(clamping: channel.localAddress?.port ?? 0)
        let flow = SIPFlow(
            transport: transport, localAddress: channel.localAddress?.ipAddress ?? localAddress, localPort: ownPort,
            remoteAddress: address, remotePort: UInt16(clamping: port), connection: number)
        byPeer[connections[number]?.peer ?? Peer(flow)] = number
        return flow
    }

    fileprivate func handshakeFailed(with address: String, isOutgoing: Bool, reason: String) {
        owner?.handshakeFailed(with: address, isOutgoing: isOutgoing, reason: reason)
    }

    fileprivate func received(_ message: SIPMessage, on flow: SIPFlow) { owner?.received(message, on: flow) }

    fileprivate func receivedGarbage(_ error: SIPParseError, on flow: SIPFlow) {
        owner?.receivedGarbage(error, on: flow)
    }

    fileprivate func closed(_ number: UInt64, flow: SIPFlow?) {
        guard let connection = connections.removeValue(forKey: number), let flow else { return }
        let peer = connection.peer ?? Peer(flow)
        if byPeer[peer] == number { byPeer[peer] = nil }
        owner?.flowFailed(flow)
        // Requests that chose the peer, not the connection, wait here as well.
        if let calledBy = connection.calledBy { owner?.flowFailed(calledBy) }
    }
}

/// One connection: cuts the stream into messages and closes it on anything that is none.
private final class StreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let number: UInt64
    private let isOutgoing: Bool
    private var awaitsHandshake: Bool
    private let sockets: StreamSockets
    private var decoder = SIPStreamDecoder()
    private var flow: SIPFlow?
    private var handshakeLimit: Scheduled<Void>?
    private var failure: String?

    init(number: UInt64, isOutgoing: Bool, awaitsHandshake: Bool, sockets: StreamSockets) {
        self.number = number
        self.isOutgoing = isOutgoing
        self.awaitsHandshake = awaitsHandshake
        self.sockets = sockets
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        if flow == nil { begin(context) }
        context.fireChannelActive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        flow = sockets.activated(number, context.channel)
        guard awaitsHandshake else { return }
        let channel = context.channel
        handshakeLimit = context.eventLoop.assumeIsolated().scheduleTask(in: StreamSockets.handshakeTime) {
            self.failure = "no handshake within \(StreamSockets.handshakeTime.nanoseconds / 1_000_000_000) s"
            channel.close(promise: nil)
        }
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
        if case .handshakeCompleted? = event as? TLSUserEvent {
            awaitsHandshake = false
            handshakeLimit?.cancel()
        }
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        handshakeLimit?.cancel()
        if awaitsHandshake, let flow {
            sockets.handshakeFailed(
                with: flow.remoteAddress, isOutgoing: isOutgoing, reason: failure ?? "the peer closed the connection")
        }
        sockets.closed(number, flow: flow)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if failure == nil { failure = "\(error)" }
        context.close(promise: nil)
    }
}
