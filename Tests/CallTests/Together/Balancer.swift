import NIOCore
import NIOPosix
import Synchronization

/// What an operator has before several controllers: each connection goes to the next one that takes it.
final class Balancer: Sendable {
    private let group = MultiThreadedEventLoopGroup.singleton
    private let servers: [Int]
    private let turn = Mutex(0)

    private init(servers: [Int]) { self.servers = servers }

    /// Takes connections at a port of the loopback for as long as the body runs.
    ///
    /// - Parameter servers: Ports of the loopback.
    static func run<Result>(
        at port: Int, before servers: [Int], _ body: () async throws -> Result
    ) async throws -> Result {
        let balancer = Balancer(servers: servers)
        let listener = try await ServerBootstrap(group: balancer.group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Nothing is read before there is a server that it can go to.
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { client in
                client.eventLoop.makeCompletedFuture {
                    try client.pipeline.syncOperations.addHandler(Arrival { balancer.connect($0) })
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        do {
            let result = try await body()
            try await listener.close()
            return result
        } catch {
            try? await listener.close()
            throw error
        }
    }

    private func connect(_ client: any Channel) {
        let first = turn.withLock { turn in
            turn += 1
            return turn
        }
        connect(client, first: first, attempts: 0)
    }

    private func connect(_ client: any Channel, first: Int, attempts: Int) {
        guard attempts < servers.count else { return client.close(promise: nil) }
        let port = servers[(first + attempts) % servers.count]
        ClientBootstrap(group: client.eventLoop).channelOption(.autoRead, value: false)
            .connect(host: "127.0.0.1", port: port)
            .whenComplete { result in
                switch result {
                case .success(let server): Self.join(client, server)
                case .failure: self.connect(client, first: first, attempts: attempts + 1)
                }
            }
    }

    private static func join(_ client: any Channel, _ server: any Channel) {
        guard client.isActive else { return server.close(promise: nil) }
        do {
            for (one, other) in [(client, server), (server, client)] {
                try one.pipeline.syncOperations.addHandler(Passage(to: other))
            }
        } catch {
            client.close(promise: nil)
            server.close(promise: nil)
        }
        for channel in [client, server] { channel.setOption(.autoRead, value: true).whenSuccess { channel.read() } }
    }
}

/// Tells of a channel once it is open.
private final class Arrival: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let tell: (any Channel) -> Void

    init(tell: @escaping (any Channel) -> Void) { self.tell = tell }

    func channelActive(context: ChannelHandlerContext) { tell(context.channel) }
}

/// Hands on what a channel gives, and its end.
private final class Passage: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel

    init(to other: any Channel) { self.other = other }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        other.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        other.close(promise: nil)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
