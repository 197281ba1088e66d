import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A web server on the loopback address that answers by a closure and remembers what it was asked.
final class TestWebServer: Sendable {
    struct Request: Sendable {
        var method: String
        var path: String
        var headers: [String: String]
        var body: [UInt8]
    }

    struct Response: Sendable {
        var status = HTTPResponseStatus.ok
        var body: [UInt8] = []
        /// The connection stays open without an answer.
        var isMute = false
        /// Everything comes but the last octet.
        var isUnfinished = false
    }

    let port: Int
    private let channel: any Channel
    private let log: RequestLog

    var requests: [Request] { log.requests.withLock { $0 } }

    static func start(
        on group: any EventLoopGroup, _ answer: @escaping @Sendable (Request) -> Response
    ) async throws -> TestWebServer {
        let log = RequestLog()
        let channel = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
                    try channel.pipeline.syncOperations.addHandler(
                        Handler { request in
                            log.append(request)
                            return answer(request)
                        })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return TestWebServer(channel, log)
    }

    private init(_ channel: any Channel, _ log: RequestLog) {
        self.channel = channel
        self.log = log
        port = channel.localAddress?.port ?? 0
    }

    func stop() async throws { try await channel.close() }

    private final class RequestLog: Sendable {
        let requests = Mutex<[Request]>([])
        func append(_ request: Request) { requests.withLock { $0.append(request) } }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let answer: @Sendable (Request) -> Response
        private var request = Request(method: "", path: "", headers: [:], body: [])

        init(_ answer: @escaping @Sendable (Request) -> Response) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                request = Request(
                    method: head.method.rawValue, path: head.uri,
                    headers: Dictionary(
                        head.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { $1 }), body: [])
            case .body(let part): request.body += Array(part.readableBytesView)
            case .end: respond(answer(request), context)
            }
        }

        private func respond(_ response: Response, _ context: ChannelHandlerContext) {
            guard !response.isMute else { return }
            let length = response.body.count + (response.isUnfinished ? 1 : 0)
            let headers = HTTPHeaders([("content-length", "\(length)")])
            context.write(
                wrapOutboundOut(.head(.init(version: .http1_1, status: response.status, headers: headers))),
                promise: nil)
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: response.body)))), promise: nil)
            guard !response.isUnfinished else { return }
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
