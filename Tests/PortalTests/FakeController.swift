import Foundation
import HTTPServing
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOFoundationCompat
import RequestSigning
import ServiceLifecycle
import Synchronization

@testable import Portal

/// A controller that checks signatures, remembers what it was asked, and answers as a test says.
final class FakeController: Service {
    struct Request: Sendable, Hashable {
        var command: String
        var body: String
    }

    struct Answer: Sendable {
        var status = 200
        var body = #"{"result":"OK"}"#
        /// What follows the body, each piece when it is there.
        var pieces: AsyncStream<String>?
    }

    private struct State {
        var requests: [Request] = []
        var answers: [String: Answer] = [:]
        var waiting: [(command: String, count: Int, continuation: CheckedContinuation<[Request], Never>)] = []
        var nonces: Set<String> = []
        var keys = [PortalFixture.licenceKey]
    }

    private let state = Mutex(State())
    private let readiness = Readiness()
    private let clock: TestClock

    init(clock: TestClock) { self.clock = clock }

    func answer(_ command: String, _ body: String, status: Int = 200) {
        state.withLock { $0.answers[command] = Answer(status: status, body: body) }
    }

    /// Answers with pieces as they come.
    func answer(_ command: String, _ pieces: AsyncStream<String>) {
        state.withLock { $0.answers[command] = Answer(body: "", pieces: pieces) }
    }

    func requests(_ command: String) -> [Request] {
        state.withLock { $0.requests.filter { $0.command == command } }
    }

    /// Waits until a command has come `count` times.
    func wait(for command: String, count: Int = 1) async -> [Request] {
        await withCheckedContinuation { continuation in
            state.withLock { $0.waiting.append((command, count, continuation)) }
            wake()
        }
    }

    func port() async throws -> Int { try await readiness.port() }

    func run() async throws {
        let router = Router()
        router.post("portal/:command") { [self] request, context in
            let body = Data(buffer: try await request.body.collect(upTo: 1 << 20))
            guard isSigned(request, body) else { return Response(status: .forbidden) }
            let command = try context.parameters.require("command")
            let answer = receive(Request(command: command, body: String(decoding: body, as: UTF8.self)))
            guard let pieces = answer.pieces else {
                return Response(
                    status: .init(code: answer.status), body: ResponseBody(byteBuffer: ByteBuffer(string: answer.body)))
            }
            return Response(
                status: .ok,
                body: ResponseBody { writer in
                    for await piece in pieces { try await writer.write(ByteBuffer(string: piece)) }
                    try await writer.finish(nil)
                })
        }
        let application = Application(
            router: router, server: .orderlyHTTP1(),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { [readiness] in readiness.resolve(.success($0.localAddress?.port ?? 0)) },
            logger: Logger(label: "fake") { _ in SwiftLogNoOpLogHandler() })
        try await application.run()
    }

    private func isSigned(_ request: HummingbirdRequest, _ body: Data) -> Bool {
        func header(_ name: String) -> String { HTTPField.Name(name).flatMap { request.headers[$0] } ?? "" }
        let signed = SignedRequest(
            method: "POST", path: request.uri.string, body: Array(body), time: Int64(header(SignatureHeader.time)) ?? 0,
            nonce: header(SignatureHeader.nonce))
        return state.withLock { state in
            let keys = state.keys.map { RequestKey(licenceKey: $0, direction: .portalToController) }
            let signature = header(SignatureHeader.signature)
            guard (try? RequestVerifier.verify(signed, signature: signature, keys: keys, now: clock.now)) != nil else {
                return false
            }
            return state.nonces.insert(signed.nonce).inserted
                && header(SignatureHeader.portal) == PortalFixture.portalID
        }
    }

    /// The licence keys that requests may be signed with from now on.
    func accept(_ keys: [String]) { state.withLock { $0.keys = keys } }

    private func receive(_ request: Request) -> Answer {
        let answer = state.withLock { state in
            state.requests.append(request)
            return state.answers[request.command] ?? Answer()
        }
        wake()
        return answer
    }

    private func wake() {
        let ready = state.withLock { state in
            var ready: [(CheckedContinuation<[Request], Never>, [Request])] = []
            state.waiting.removeAll { waiter in
                let found = state.requests.filter { $0.command == waiter.command }
                guard found.count >= waiter.count else { return false }
                ready.append((waiter.continuation, found))
                return true
            }
            return ready
        }
        for (continuation, found) in ready { continuation.resume(returning: found) }
    }
}

typealias HummingbirdRequest = Hummingbird.Request

/// A clock that stands still until a test moves it.
final class TestClock: Sendable {
    private let seconds = Mutex<Int64>(1_800_000_000)
    var now: Int64 { seconds.withLock { $0 } }
    func advance(_ by: Int64) { seconds.withLock { $0 += by } }
}
