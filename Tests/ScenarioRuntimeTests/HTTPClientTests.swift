import NIOCore
import NIOHTTP1
import NIOPosix
import ScenarioRuntime
import Testing

struct HTTPClientTests {
    private let eventLoop: any EventLoop = NIOSingletons.posixEventLoopGroup.next()

    private func result(_ request: ScenarioHTTPRequest) async throws -> ScenarioHTTPResult {
        let client = AsyncHTTPScenarioClient(eventLoopGroup: NIOSingletons.posixEventLoopGroup, connectSeconds: 60)
        // Nothing here is about the time for a connection, which a busy machine takes.
        var request = request
        request.connectSeconds = 60
        let result = try await client.send(request, on: eventLoop).get()
        try await client.shutdown()
        return result
    }

    /// Runs a test beside a server that answers by path.
    private func withServer(_ body: (String) async throws -> Void) async throws {
        let server = try await ServerBootstrap(group: NIOSingletons.posixEventLoopGroup)
            .childChannelInitializer { channel in
                channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
                    try channel.pipeline.syncOperations.addHandler(Responder())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(server.localAddress?.port)
        try await body("http://127.0.0.1:\(port)")
        try await server.close()
    }

    @Test func anAnswerComesWithBodyAndHeaders() async throws {
        try await withServer { base in
            let answer = try await result(
                ScenarioHTTPRequest(
                    url: base + "/echo", method: "POST", headers: [HTTPField(name: "X-A", value: "1")],
                    body: Array("ping".utf8)))
            #expect(answer.code == 200)
            #expect(String(decoding: answer.body, as: UTF8.self) == "POST 1 VoxEngine/1.0 ping")
            #expect(answer.headers.contains(HTTPField(name: "X-Reply", value: "yes")))
        }
    }

    @Test func troublesHaveTheNumbersThatScriptsKnow() async throws {
        try await withServer { base in
            let requests = [
                ScenarioHTTPRequest(url: base + "/missing"), ScenarioHTTPRequest(url: base + "/loop"),
                ScenarioHTTPRequest(url: base + "/big", maximumResponseBytes: 1000),
                ScenarioHTTPRequest(url: base + "/silent", timeoutSeconds: 1),
                ScenarioHTTPRequest(url: base + "/hangup"), ScenarioHTTPRequest(url: "not a url"),
                ScenarioHTTPRequest(url: "ftp://127.0.0.1/"), ScenarioHTTPRequest(url: "http://no-such-host.invalid/"),
                ScenarioHTTPRequest(url: "http://127.0.0.1:1/"),
            ]
            var codes: [Int] = []
            for request in requests { codes.append(try await result(request).code) }
            #expect(codes == [404, -5, -9, -7, -6, -2, -2, -3, -4])
        }
    }

    @Test func scriptsSeeTextBytesAndHeaders() async throws {
        try await Stage.with { stage in
            try await stage.eventLoop.submit {
                stage.http.answer = { request in
                    let type = request.url.contains("binary") ? "audio/mpeg" : "text/plain"
                    return ScenarioHTTPResult(
                        code: 200, headers: [HTTPField(name: "Content-Type", value: type)], body: Array("body".utf8))
                }
            }.get()
            let show = try await stage.play(
                """
                (async () => {
                    const options = new Net.HttpRequestOptions();
                    options.method = "POST"; options.postData = "a=1"; options.headers = ["X-A: 1"];
                    const r = await Net.httpRequestAsync("http://h/text", options);
                    Logger.write(`> ${r.code} ${r.text} ${r.data} ${JSON.stringify(r.headers)} ${r.raw_headers.trim()}`);
                    const b = await Net.httpRequestAsync("http://h/binary", {rawOutput: true, params: {a: "x y", b: 2}});
                    Logger.write(`> ${b.text} ${b.data}`);
                    VoxEngine.terminate();
                })();
                """)
            _ = try await show.end()
            let notes = try await show.notes()
            #expect(
                notes == [
                    #"200 body undefined [{"key":"Content-Type","value":"text/plain"}] Content-Type: text/plain"#,
                    "undefined 98,111,100,121",
                ])
            let requests = try await show.on { stage.http.requests }
            #expect(requests.first?.body == Array("a=1".utf8))
            #expect(requests.first?.headers == [HTTPField(name: "X-A", value: "1")])
            #expect(requests.last?.url == "http://h/binary?a=x%20y&b=2")
        }
    }
}

/// Answers by path.
private final class Responder: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private var head: HTTPRequestHead?
    private var body = ""

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body(let part): body += String(buffer: part)
        case .end: respond(context)
        }
    }

    private func respond(_ context: ChannelHandlerContext) {
        guard let head else { return }
        switch head.uri {
        case "/echo":
            let values = ["X-A", "User-Agent"].map { head.headers.first(name: $0) ?? "-" }
            send("\(head.method.rawValue) \(values.joined(separator: " ")) \(body)", .ok, context)
        case "/loop": send("", .found, context)
        case "/big": send(String(repeating: "x", count: 5000), .ok, context)
        case "/silent": break
        case "/hangup": context.close(promise: nil)
        default: send("", .notFound, context)
        }
    }

    private func send(_ text: String, _ status: HTTPResponseStatus, _ context: ChannelHandlerContext) {
        let headers: HTTPHeaders = ["X-Reply": "yes", "Location": "/loop", "Content-Length": String(text.utf8.count)]
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}
