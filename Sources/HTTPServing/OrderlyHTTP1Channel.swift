import HummingbirdCore
import Logging
import NIOCore

/// HTTP/1.1 as Hummingbird serves it, with connections that are closed when the server stops before it handles them.
struct OrderlyHTTP1Channel: ServerChildChannel {
    private let http: HTTP1Channel

    init(_ http: HTTP1Channel) { self.http = http }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<ServedConnection> {
        http.setup(channel: channel, logger: logger).map(ServedConnection.init)
    }

    func handle(value: ServedConnection, logger: Logger) async {
        await http.handle(value: value.handledMessages(), logger: logger)
    }
}

extension HTTPServerBuilder {
    /// HTTP/1.1 for a server that may be stopped while clients connect: each accepted connection is handled or closed, and
    /// each request has its ``RequestTrail``.
    public static func orderlyHTTP1(configuration: HTTP1Channel.Configuration = .init()) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            OrderlyHTTP1Channel(HTTP1Channel(responder: RequestTrail.followed(responder), configuration: configuration))
        }
    }
}
