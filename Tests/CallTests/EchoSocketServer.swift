import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Synchronization

/// A WebSocket server on this machine that sends every text back as it came.
struct EchoSocketServer {
    /// The texts that it has been sent.
    final class Journal: Sendable {
        private let texts = Mutex<[String]>([])
        var all: [String] { texts.withLock { $0 } }
        fileprivate func add(_ text: String) { texts.withLock { $0.append(text) } }
    }

    let journal: Journal
    private let channel: any Channel

    var url: String { "ws://127.0.0.1:\(channel.localAddress?.port ?? 0)/echo" }

    /// Runs a server while `body` does.
    static func run(_ body: (EchoSocketServer) async throws -> Void) async throws {
        let journal = Journal()
        let channel = try await ServerBootstrap(group: NIOSingletons.posixEventLoopGroup)
            .childChannelInitializer { channel in
                let upgrader = NIOWebSocketServerUpgrader(
                    shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
                    upgradePipelineHandler: { channel, _ in
                        channel.eventLoop.makeCompletedFuture {
                            try channel.pipeline.syncOperations.addHandler(Echo(journal: journal))
                        }
                    })
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                        withServerUpgrade: (upgraders: [upgrader], completionHandler: { _ in }))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            try await body(EchoSocketServer(journal: journal, channel: channel))
        } catch {
            try? await channel.close()
            throw error
        }
        try? await channel.close()
    }

    private final class Echo: ChannelInboundHandler {
        typealias InboundIn = WebSocketFrame
        typealias OutboundOut = WebSocketFrame
        private let journal: Journal

        init(journal: Journal) { self.journal = journal }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let frame = unwrapInboundIn(data)
            guard frame.opcode == .text || frame.opcode == .connectionClose else { return }
            if frame.opcode == .text { journal.add(String(buffer: frame.unmaskedData)) }
            let answer = WebSocketFrame(fin: true, opcode: frame.opcode, data: frame.unmaskedData)
            context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
