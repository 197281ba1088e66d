import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Speaks TLS for a program that has none: takes its TCP connection and passes the octets on to a server, and back.
final class TLSRelay: Sendable {
    /// Where the program shall connect to, with the port.
    let address: String
    private let listener: any Channel
    private let server: any Channel

    private init(listener: any Channel, server: any Channel) {
        address = "127.0.0.1:\(listener.localAddress?.port ?? 0)"
        self.listener = listener
        self.server = server
    }

    /// Connects to a server, whose certificate must bear its address.
    ///
    /// - Parameters:
    ///   - local: the address that the server shall see.
    ///   - authorities: the PEM file of those whose certificates are believed.
    static func open(to host: String, port: Int, from local: String, authorities: String) async throws -> TLSRelay {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .file(authorities)
        let context = try NIOSSLContext(configuration: configuration)
        let program = FarEnd()
        let server = try await ClientBootstrap(group: loop)
            .bind(to: SocketAddress(ipAddress: local, port: 0))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let tls = try NIOSSLClientHandler(context: context, serverHostname: nil)
                    try channel.pipeline.syncOperations.addHandlers([tls, OctetForwarder(to: program)])
                }
            }
            .connect(host: host, port: port).get()
        let listener = try await ServerBootstrap(group: loop)
            .childChannelInitializer { channel in
                program.set(channel)
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(OctetForwarder(to: FarEnd(server)))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return TLSRelay(listener: listener, server: server)
    }

    func close() async {
        for channel in [listener, server] { try? await channel.close() }
    }
}

/// The other connection of a relay, once it is there.
private final class FarEnd: Sendable {
    private let channel: Mutex<(any Channel)?>

    init(_ channel: (any Channel)? = nil) { self.channel = Mutex(channel) }

    func set(_ channel: any Channel) { self.channel.withLock { $0 = channel } }

    func write(_ octets: ByteBuffer) { channel.withLock { $0 }?.writeAndFlush(octets, promise: nil) }

    func close() { channel.withLock { $0 }?.close(promise: nil) }
}

private final class OctetForwarder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let farEnd: FarEnd

    init(to farEnd: FarEnd) { self.farEnd = farEnd }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { farEnd.write(unwrapInboundIn(data)) }

    func channelInactive(context: ChannelHandlerContext) { farEnd.close() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
