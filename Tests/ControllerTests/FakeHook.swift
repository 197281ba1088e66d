import HTTPServing
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import RequestSigning
import Synchronization

@testable import Controller

/// Somebody's web server that takes warnings.
final class FakeHook: Sendable {
    struct Request: Sendable {
        var signed: SignedRequest
        var signature: String
        var portal: String
    }

    private struct State {
        var requests: [Request] = []
        var failures = 0
    }

    private let state = Mutex(State())
    let events = Events()

    var requests: [Request] { state.withLock { $0.requests } }

    /// How many requests still fail.
    func fail(_ count: Int) { state.withLock { $0.failures = count } }

    /// Listens while the body runs, which gets the address.
    func serve(_ body: @Sendable (String) async throws -> Void) async throws {
        let port = Promise<Int>()
        let router = Router()
        router.post("hook") { request, _ in
            let bytes = Array(try await request.body.collect(upTo: 1 << 20).readableBytesView)
            func header(_ name: String) -> String { HTTPField.Name(name).flatMap { request.headers[$0] } ?? "" }
            let signed = SignedRequest(
                method: request.method.rawValue, path: request.head.path ?? "", body: bytes,
                time: Int64(header(SignatureHeader.time)) ?? 0, nonce: header(SignatureHeader.nonce))
            let isTaken = self.state.withLock { state in
                state.requests.append(
                    Request(
                        signed: signed, signature: header(SignatureHeader.signature),
                        portal: header(SignatureHeader.portal)))
                state.failures -= 1
                return state.failures < 0
            }
            self.events.announce()
            return Response(status: isTaken ? .noContent : .serviceUnavailable)
        }
        let server = Application(
            router: router, server: .orderlyHTTP1(),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.fulfil($0.localAddress?.port ?? 0) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            defer { group.cancelAll() }
            try await body("http://127.0.0.1:\(await port.value)/hook?company=1")
        }
    }
}
