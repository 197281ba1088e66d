import AsyncHTTPClient
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import NIOPosix
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Sends scenarios' requests with AsyncHTTPClient.
///
/// Redirects are followed five times. Must be shut down before its event loops are.
public final class AsyncHTTPScenarioClient: ScenarioHTTPClient {
    private let group: any EventLoopGroup
    private let longestConnect: Int
    /// A client for each number of seconds that a connection may take: the library sets it for a client, not for a request.
    private let clients = Mutex<[Int: HTTPClient]>([:])

    public init(eventLoopGroup: any EventLoopGroup, connectSeconds: Int = SessionLimits().connectSeconds) {
        group = eventLoopGroup
        longestConnect = max(1, connectSeconds)
    }

    /// Ends idle connections; requests that run end with an error.
    public func shutdown() async throws {
        let all = clients.withLock { clients in
            defer { clients.removeAll() }
            return Array(clients.values)
        }
        for client in all { try await client.shutdown() }
    }

    private func client(connectSeconds: Int) -> HTTPClient {
        let seconds = min(longestConnect, max(1, connectSeconds))
        return clients.withLock { clients in
            if let client = clients[seconds] { return client }
            var configuration = HTTPClient.Configuration()
            configuration.redirectConfiguration = .follow(max: 5, allowCycles: false)
            configuration.timeout.connect = .seconds(Int64(seconds))
            // A refused connection is the script's business at once, not after a minute of retries.
            configuration.connectionPool.retryConnectionEstablishment = false
            let client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
            clients[seconds] = client
            return client
        }
    }

    public func send(_ request: ScenarioHTTPRequest, on eventLoop: any EventLoop) -> EventLoopFuture<ScenarioHTTPResult>
    {
        do {
            var headers = HTTPHeaders(request.headers.map { ($0.name, $0.value) })
            if !headers.contains(name: "User-Agent") { headers.add(name: "User-Agent", value: "VoxEngine/1.0") }
            let message = try HTTPClient.Request(
                url: request.url, method: HTTPMethod(rawValue: request.method), headers: headers,
                body: request.body.isEmpty ? nil : .bytes(request.body))
            let collector = ResponseAccumulator(request: message, maxBodySize: request.maximumResponseBytes)
            let task = client(connectSeconds: request.connectSeconds).execute(
                request: message, delegate: collector, eventLoop: .delegateAndChannel(on: eventLoop),
                deadline: .now() + .seconds(Int64(request.timeoutSeconds)))
            return task.futureResult.map(Self.result).flatMapErrorThrowing(Self.failure).hop(to: eventLoop)
        } catch {
            return eventLoop.makeSucceededFuture(Self.failure(error))
        }
    }

    private static func result(_ response: HTTPClient.Response) -> ScenarioHTTPResult {
        ScenarioHTTPResult(
            code: Int(response.status.code),
            headers: response.headers.map { HTTPField(name: $0.name, value: $0.value) },
            body: response.body.map { Array($0.readableBytesView) } ?? [])
    }

    private static func failure(_ error: any Error) -> ScenarioHTTPResult {
        .failure(code(of: error), String(describing: error))
    }

    private static func code(of error: any Error) -> HTTPFailureCode {
        switch error {
        case let error as HTTPClientError: code(of: error)
        case is ResponseAccumulator.ResponseTooBigError: .tooLarge
        case let error as NIOConnectionError:
            error.connectionErrors.isEmpty && (error.dnsAError != nil || error.dnsAAAAError != nil)
                ? .hostNotFound : .connection
        case let error as IOError: isRefusal(error) ? .connection : .network
        case is ChannelError: .network
        default: .unknown
        }
    }

    /// The peer could not be reached at all, in contrast to a connection that broke.
    private static func isRefusal(_ error: IOError) -> Bool {
        [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, EADDRNOTAVAIL, EACCES].contains(error.errnoCode)
    }

    private static func code(of error: HTTPClientError) -> HTTPFailureCode {
        switch error {
        case .invalidURL, .emptyHost, .emptyScheme, .missingSocketPath: .malformedURL
        case .connectTimeout, .deadlineExceeded, .readTimeout, .writeTimeout: .timeout
        case .redirectLimitReached, .redirectCycleDetected: .tooManyRedirects
        case .remoteConnectionClosed: .network
        case .alreadyShutdown, .cancelled: .internal
        default: error.description.contains("unsupportedScheme") ? .malformedURL : .unknown
        }
    }
}
