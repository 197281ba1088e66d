import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket

/// Opens WebSockets (RFC 6455) over TCP and TLS.
///
/// A connection has 6 s to be made and upgraded. Texts of more than 64 KiB end it with 1009; so does a megabyte that the server
/// does not read. Certificates are checked.
public final class NIOScenarioSocketClient: ScenarioSocketClient {
    public init() {}

    public func open(
        _ request: ScenarioSocketRequest, on eventLoop: any EventLoop,
        onEvent: @escaping (ScenarioSocketEvent) -> Void
    ) -> any ScenarioSocket {
        let socket = NIOScenarioSocket(eventLoop: eventLoop, onEvent: onEvent)
        socket.connect(request)
        return socket
    }
}

/// One connection. Used on its event loop only.
final class NIOScenarioSocket: ScenarioSocket, @unchecked Sendable {
    private let eventLoop: any EventLoop
    private var onEvent: ((ScenarioSocketEvent) -> Void)?
    private var channel: (any Channel)?
    private var isOpen = false
    private var isClosing = false
    private var deadline: Scheduled<Void>?
    private var unsentBytes = 0

    static let longestMessage = 65_536
    private static let mostUnsentBytes = 1 << 20

    init(eventLoop: any EventLoop, onEvent: @escaping (ScenarioSocketEvent) -> Void) {
        self.eventLoop = eventLoop
        self.onEvent = onEvent
    }

    func connect(_ request: ScenarioSocketRequest) {
        guard let target = SocketTarget(url: request.url) else {
            return eventLoop.assumeIsolated().execute {
                self.end(failure: "the address is not ws://host or wss://host")
            }
        }
        deadline = eventLoop.assumeIsolated().scheduleTask(in: .seconds(6)) {
            self.end(failure: "the server has not taken the connection within 6 s")
        }
        ClientBootstrap(group: eventLoop)
            .connectTimeout(.seconds(6))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.prepare(channel, target, request) }
            }
            .connect(host: target.host, port: target.port)
            .assumeIsolated().whenComplete { result in
                if case .failure(let error) = result { self.end(failure: "no connection: \(error)") }
            }
    }

    private func prepare(_ channel: any Channel, _ target: SocketTarget, _ request: ScenarioSocketRequest) throws {
        let pipeline = channel.pipeline.syncOperations
        if target.isSecure {
            let context = try NIOSSLContext(configuration: .makeClientConfiguration())
            let isAddress = (try? SocketAddress(ipAddress: target.host, port: target.port)) != nil
            try pipeline.addHandler(
                NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : target.host))
        }
        let asking = UpgradeRequestHandler(target: target, request: request, socket: self)
        let upgrader = NIOWebSocketClientUpgrader(maxFrameSize: Self.longestMessage) { channel, _ in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandler(
                    NIOWebSocketFrameAggregator(
                        minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 1000,
                        maxAccumulatedFrameSize: Self.longestMessage))
                try pipeline.addHandler(SocketFrameHandler(socket: self))
                // Not before its handlers are there: a text may be sent at once.
                self.opened(channel)
            }
        }
        // A server's first frames may come in one piece with its answer to the upgrade.
        try pipeline.addHTTPClientHandlers(
            leftOverBytesStrategy: .forwardBytes,
            withClientUpgrade: (
                upgraders: [upgrader],
                completionHandler: { context in
                    context.pipeline.syncOperations.removeHandler(asking, promise: nil)
                }
            ))
        try pipeline.addHandler(asking)
        self.channel = channel
    }

    func send(_ text: String) {
        guard isOpen, !isClosing else { return }
        let length = text.utf8.count
        guard unsentBytes + length <= Self.mostUnsentBytes else {
            return fail("the server does not read", code: .messageTooLarge)
        }
        unsentBytes += length
        let promise = eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { _ in self.unsentBytes -= length }
        write(.text, ByteBuffer(string: text), promise: promise)
    }

    func close(code: Int, reason: String) {
        guard onEvent != nil, !isClosing else { return }
        guard isOpen else { return end(failure: nil) }
        var data = ByteBuffer()
        data.write(webSocketErrorCode: WebSocketErrorCode(codeNumber: code))
        data.writeString(reason)
        isClosing = true
        write(.connectionClose, data, promise: nil)
        // A server that does not answer the end is not waited for.
        deadline = eventLoop.assumeIsolated().scheduleTask(in: .seconds(6)) {
            self.end(code: code, reason: reason, wasClean: false)
        }
    }

    private func opened(_ channel: any Channel) {
        guard onEvent != nil else { return channel.close(promise: nil) }
        deadline?.cancel()
        isOpen = true
        onEvent?(.opened)
    }

    fileprivate func received(_ frame: WebSocketFrame) {
        switch frame.opcode {
        case .text: onEvent?(.message(String(buffer: frame.unmaskedData)))
        case .binary: fail("the server has sent bytes, texts are expected", code: .unacceptableData)
        case .ping: write(.pong, frame.unmaskedData, promise: nil)
        case .connectionClose:
            var data = frame.unmaskedData
            let code = data.readWebSocketErrorCode().map { Int(UInt16(webSocketErrorCode: $0)) } ?? 1005
            if !isClosing { write(.connectionClose, frame.unmaskedData, promise: nil) }
            end(code: code, reason: String(buffer: data), wasClean: true)
        default: break
        }
    }

    private func write(_ opcode: WebSocketOpcode, _ data: ByteBuffer, promise: EventLoopPromise<Void>?) {
        guard let channel else { return promise?.succeed() ?? () }
        let frame = WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: data)
        channel.writeAndFlush(frame, promise: promise)
    }

    fileprivate func fail(_ reason: String, code: WebSocketErrorCode) {
        if isOpen {
            var data = ByteBuffer()
            data.write(webSocketErrorCode: code)
            write(.connectionClose, data, promise: nil)
        }
        end(failure: reason)
    }

    /// The end of a connection that broke, or never was.
    fileprivate func end(failure: String?) {
        if let failure { onEvent?(.failed(failure)) }
        end(code: 1006, reason: failure ?? "", wasClean: false)
    }

    private func end(code: Int, reason: String, wasClean: Bool) {
        guard let onEvent else { return }
        self.onEvent = nil
        isOpen = false
        deadline?.cancel()
        channel?.close(promise: nil)
        channel = nil
        onEvent(.closed(code: code, reason: reason, wasClean: wasClean))
    }
}

/// Asks the server for the upgrade; an answer of another kind is a refusal.
private final class UpgradeRequestHandler: ChannelInboundHandler, RemovableChannelHandler, @unchecked Sendable {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let target: SocketTarget
    private let request: ScenarioSocketRequest
    private let socket: NIOScenarioSocket

    init(target: SocketTarget, request: ScenarioSocketRequest, socket: NIOScenarioSocket) {
        self.target = target
        self.request = request
        self.socket = socket
    }

    func channelActive(context: ChannelHandlerContext) {
        var headers = HTTPHeaders()
        for (name, value) in request.headers.sorted(by: { $0.key < $1.key })
        where !Self.reserved.contains(name.lowercased()) {
            headers.add(name: name, value: value)
        }
        headers.add(name: "Host", value: target.authority)
        if !headers.contains(name: "User-Agent") { headers.add(name: "User-Agent", value: "VoxEngine/1.0") }
        if !request.protocols.isEmpty {
            headers.add(name: "Sec-WebSocket-Protocol", value: request.protocols.joined(separator: ", "))
        }
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: target.path, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.fireChannelActive()
    }

    /// Fields of the protocol itself, which the upgrade sets.
    private static let reserved: Set<String> = [
        "host", "connection", "upgrade", "content-length", "transfer-encoding", "sec-websocket-key",
        "sec-websocket-version", "sec-websocket-protocol", "sec-websocket-extensions",
    ]

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data) {
            socket.end(failure: "the server answered \(head.status.code), 101 is expected")
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        socket.end(failure: "the server has closed the connection")
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        socket.end(failure: "no connection: \(error)")
    }
}

/// The frames of an open connection.
private final class SocketFrameHandler: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = WebSocketFrame

    private let socket: NIOScenarioSocket

    init(socket: NIOScenarioSocket) { self.socket = socket }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { socket.received(unwrapInboundIn(data)) }

    func channelInactive(context: ChannelHandlerContext) { socket.end(failure: "the connection has broken") }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let isTooLong =
            error is NIOWebSocketFrameAggregator.Error || (error as? NIOWebSocketError) == .invalidFrameLength
        socket.fail("a broken frame: \(error)", code: isTooLong ? .messageTooLarge : .protocolError)
    }
}
