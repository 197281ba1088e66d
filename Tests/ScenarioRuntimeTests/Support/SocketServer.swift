import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

/// A WebSocket server on this machine; what it does depends on the path.
struct SocketServer {
    private let channel: any Channel
    private let frames: ReceivedFrames
    let port: Int

    /// The frames that clients have sent: `text hello`, `pong abc`, `close 1000 done`.
    var received: [String] { frames.all }

    /// Waits for the end of the next connection; what its client has sent is there then.
    func connectionEnd() async {
        for await _ in frames.ends { return }
    }

    /// Runs a server while `body` does.
    static func run<Value: Sendable>(_ body: (SocketServer) async throws -> Value) async throws -> Value {
        let frames = ReceivedFrames()
        let channel = try await bind(frames)
        let server = SocketServer(channel: channel, frames: frames, port: channel.localAddress?.port ?? 0)
        do {
            let value = try await body(server)
            try await channel.close()
            return value
        } catch {
            try? await channel.close()
            throw error
        }
    }

    private static func bind(_ frames: ReceivedFrames) async throws -> any Channel {
        try await ServerBootstrap(group: NIOSingletons.posixEventLoopGroup)
            .childChannelInitializer { channel in
                let upgrader = NIOWebSocketServerUpgrader(
                    shouldUpgrade: { channel, head in
                        channel.eventLoop.makeSucceededFuture(head.uri == "/refuse" ? nil : [:])
                    },
                    upgradePipelineHandler: { channel, head in
                        channel.eventLoop.makeCompletedFuture {
                            let name = head.headers.first(name: "X-Me") ?? ""
                            try channel.pipeline.syncOperations.addHandler(
                                FrameConversation(path: head.uri, name: name, frames: frames))
                        }
                    })
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    let refusal = Refusal()
                    try pipeline.configureHTTPServerPipeline(
                        withServerUpgrade: (
                            upgraders: [upgrader],
                            completionHandler: { context in
                                context.pipeline.syncOperations.removeHandler(refusal, promise: nil)
                            }
                        ))
                    try pipeline.addHandler(refusal)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }
}

private final class ReceivedFrames: @unchecked Sendable {  // Guarded by its lock.
    private let lock = NSLock()
    private var noted: [String] = []
    /// An element for each connection that has ended.
    let ends: AsyncStream<Void>
    private let ending: AsyncStream<Void>.Continuation

    init() { (ends, ending) = AsyncStream.makeStream() }

    func connectionEnded() { ending.yield() }

    func note(_ frame: String) { lock.withLock { noted.append(frame) } }
    var all: [String] { lock.withLock { noted } }
}

/// Answers what is no upgrade.
private final class Refusal: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .end = unwrapInboundIn(data) else { return }
        let head = HTTPResponseHead(version: .http1_1, status: .notFound, headers: ["Content-Length": "0"])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}

/// Echoes texts with the name of the client behind; begins with what the path says.
private final class FrameConversation: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame
    private let path: String
    private let name: String
    private let frames: ReceivedFrames

    init(path: String, name: String, frames: ReceivedFrames) {
        self.path = path
        self.name = name
        self.frames = frames
    }

    func handlerAdded(context: ChannelHandlerContext) {
        switch path {
        case "/flood": send(.text, ByteBuffer(repeating: 0x61, count: 70_000), context)
        case "/pieces":
            // Each fits, together they do not.
            for number in 0..<3 {
                let opcode: WebSocketOpcode = number == 0 ? .text : .continuation
                send(opcode, ByteBuffer(repeating: 0x61, count: 30_000), fin: number == 2, context)
            }
        case "/words":
            send(.text, ByteBuffer(string: "one "), fin: false, context)
            send(.continuation, ByteBuffer(string: "two"), fin: true, context)
        case "/bytes": send(.binary, ByteBuffer(bytes: [1, 2, 3]), context)
        case "/ping": send(.ping, ByteBuffer(string: "are you there"), context)
        case "/leave": close(4001, "go away", context)
        case "/vanish": context.close(promise: nil)
        default: break
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        var content = frame.unmaskedData
        switch frame.opcode {
        case .text:
            let text = String(buffer: content)
            frames.note("text \(text)")
            send(.text, ByteBuffer(string: text + " " + name), context)
        case .pong:
            frames.note("pong \(String(buffer: content))")
            send(.text, ByteBuffer(string: "thank you"), context)
        case .connectionClose:
            let code = content.readInteger(as: UInt16.self) ?? 0
            frames.note("close \(code) \(String(buffer: content))")
            if path != "/deaf" { send(.connectionClose, frame.unmaskedData, context) }
        default: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) { frames.connectionEnded() }

    /// A client may leave in the middle of what is sent to it.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func close(_ code: UInt16, _ reason: String, _ context: ChannelHandlerContext) {
        var data = ByteBuffer()
        data.writeInteger(code)
        data.writeString(reason)
        send(.connectionClose, data, context)
    }

    private func send(
        _ opcode: WebSocketOpcode, _ data: ByteBuffer, fin: Bool = true, _ context: ChannelHandlerContext
    ) {
        context.writeAndFlush(wrapOutboundOut(WebSocketFrame(fin: fin, opcode: opcode, data: data)), promise: nil)
    }
}
