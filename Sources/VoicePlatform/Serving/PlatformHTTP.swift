import HTTPServing
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Storage

/// The platform's HTTP routes.
struct PlatformHTTP: Sendable {
    typealias Context = PlatformRequestContext

    let api: ManagementAPI
    let hosting: any SessionHosting
    let files: PlatformFiles
    let access: FileAccess
    let database: Database
    let limits: VoicePlatformLimits

    /// An address answers methods that it does not have with 405.
    func router() -> Router<Context> {
        let router = endpoints()
        router.answerOtherMethods(makesHead: false) { _ in Response(status: .methodNotAllowed) }
        return router
    }

    func endpoints() -> Router<Context> {
        let router = Router(context: Context.self)
        for method in [HTTPRequest.Method.get, .post] {
            router.on("/platform_api", method: method) { request, context in
                try await manage(request, command: nil, context)
            }
            router.on("/platform_api/{command}", method: method) { request, context in
                try await manage(request, command: context.parameters.get("command"), context)
            }
        }
        for method in [HTTPRequest.Method.get, .head, .post, .put, .patch, .delete, .options] {
            router.on("/request/{session}/{token}", method: method) { request, _ in try await control(request) }
        }
        router.get("/log/{log}") { request, context in
            let name = try await permitted(.log, request, context)
            return try await serve(files.logPath(name), nil, "text/plain; charset=utf-8", context)
        }
        router.get("/record/{record}") { request, context in
            let name = try await permitted(.record, request, context)
            return try await serve(
                files.recordPath(name), request.headers[.range], PlatformFiles.recordType(name), context)
        }
        router.get("/health") { _, _ in Response.text("ok\n", "text/plain") }
        router.get("/ready") { _, _ in
            let isMigrated = try? await database.hasRun(PlatformSchema.migrations)
            return ReadinessReport([
                .init("database", isMigrated != nil), .init("schema", isMigrated ?? false),
                .init("running", await hosting.takesSessions()),
            ]).response
        }
        return router
    }

    private func manage(_ request: Request, command: String?, _ context: Context) async throws -> Response {
        do {
            let values = try await parameters(request)
            let answer = await api.answer(
                APIRequest(
                    command: command ?? values["cmd"], values: values,
                    authorization: request.headers[.authorization], address: context.address))
            switch answer {
            case .document(let document): return .json(document)
            case .file(let file): return try await download(file, context)
            }
        } catch let error as APIError {
            return .json(error.body)
        }
    }

    /// The name of a file that the client may read.
    private func permitted(
        _ kind: FileAccess.Kind, _ request: Request, _ context: Context
    ) async throws -> String {
        let name = context.parameters.get(kind.rawValue) ?? ""
        guard files.logPath(name) != nil || files.recordPath(name) != nil,
            let query = try? FormDecoder.urlEncoded(request.uri.query ?? "")
        else { throw HTTPError(.notFound) }
        let question = FileAccess.Question(
            kind: kind, name: name, query: query, authorization: request.headers[.authorization])
        switch try await access.decide(question) {
        case .permitted: return name
        case .unknown: throw HTTPError(.notFound)
        case .refused: throw HTTPError(.forbidden)
        }
    }

    private func download(_ file: StoredFile, _ context: Context) async throws -> Response {
        var response = try await serve(files.reportPath(file.name), nil, "application/octet-stream", context)
        response.headers[.contentDisposition] = "attachment; filename=\"\(file.downloadName)\""
        return response
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

/// What the routes know of a request beside its head and body.
struct PlatformRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The client's address, without its port.
    let address: String

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        address = source.channel.remoteAddress?.ipAddress ?? ""
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
