import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The platform's HTTP routes.
struct PlatformHTTP: Sendable {
    typealias Context = BasicRequestContext

    let api: ManagementAPI
    let hosting: any SessionHosting
    let files: PlatformFiles
    let limits: VoicePlatformLimits

    func router() -> Router<Context> {
        let router = Router()
        for method in [HTTPRequest.Method.get, .post] {
            router.on("/platform_api", method: method) { request, _ in
                try await manage(request, command: nil)
            }
            router.on("/platform_api/{command}", method: method) { request, context in
                try await manage(request, command: context.parameters.get("command"))
            }
        }
        for method in [HTTPRequest.Method.get, .head, .post, .put, .patch, .delete, .options] {
            router.on("/request/{session}/{token}", method: method) { request, _ in try await control(request) }
        }
        router.get("/log/{name}") { _, context in
            try await serve(
                files.logPath(context.parameters.get("name") ?? ""), nil, "text/plain; charset=utf-8", context)
        }
        router.get("/record/{name}") { request, context in
            let path = files.recordPath(context.parameters.get("name") ?? "")
            return try await serve(path, request.headers[.range], "audio/mpeg", context)
        }
        router.get("/health") { _, _ in Response.text("ok\n", "text/plain") }
        return router
    }

    private func manage(_ request: Request, command: String?) async throws -> Response {
        do {
            let values = try await parameters(request)
            return .json(await api.answer(command: command ?? values["cmd"], values))
        } catch let error as APIError {
            return .json(error.body)
        }
    }

    private func parameters(_ request: Request) async throws -> [String: String] {
        var fields = try FormDecoder.urlEncoded(request.uri.query ?? "")
        let body = try await collect(request)
        let type = request.headers[.contentType] ?? "application/x-www-form-urlencoded"
        if let boundary = FormDecoder.boundary(ofContentType: type) {
            fields.merge(try FormDecoder.multipart(Array(body.readableBytesView), boundary: boundary)) { $1 }
        } else {
            guard let text = String(validating: body.readableBytesView, as: UTF8.self) else {
                throw APIError(code: 101, message: "Invalid arguments: the body is no UTF-8.")
            }
            fields.merge(try FormDecoder.urlEncoded(text)) { $1 }
        }
        return fields
    }

    private func control(_ request: Request) async throws -> Response {
        let body = try await collect(request)
        let answer = await hosting.deliver(
            ControlURLRequest(
                method: request.method.rawValue, path: request.uri.path,
                content: String(decoding: body.readableBytesView, as: UTF8.self),
                headers: request.headers.map { ($0.name.rawName, $0.value) }))
        switch answer {
        case .answered(let body, let type): return .text(body, type)
        case .gone: return Response(status: .notFound)
        case .timedOut: return Response(status: .gatewayTimeout)
        }
    }

    private func collect(_ request: Request) async throws -> ByteBuffer {
        do {
            return try await request.body.collect(upTo: limits.requestBytes)
        } catch is NIOTooManyBytesError {
            throw HTTPError(.contentTooLarge)
        }
    }

    private func serve(
        _ path: String?, _ range: String?, _ type: String, _ context: Context
    ) async throws -> Response {
        guard let path, let size = files.size(of: path) else { throw HTTPError(.notFound) }
        var headers: HTTPFields = [.contentType: type, .acceptRanges: "bytes", .cacheControl: "private"]
        // A recording is a stranger's voice: browsers must not guess at anything else in it.
        if let name = HTTPField.Name("X-Content-Type-Options") { headers[name] = "nosniff" }
        let reader = FileIO()
        switch ByteRange(range, size: size) {
        case .whole:
            guard size > 0 else { return Response(status: .ok, headers: headers) }
            return Response(
                status: .ok, headers: headers, body: try await reader.loadFile(path: path, context: context))
        case .part(let part):
            headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound)/\(size)"
            let body = try await reader.loadFile(path: path, range: part, context: context)
            return Response(status: .partialContent, headers: headers, body: body)
        case .unsatisfiable:
            headers[.contentRange] = "bytes */\(size)"
            return Response(status: .rangeNotSatisfiable, headers: headers)
        }
    }
}

extension Response {
    fileprivate static func json(_ value: JSONValue) -> Response {
        text(value.encoded, "application/json; charset=utf-8")
    }

    fileprivate static func text(_ text: String, _ type: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
