import NIOCore
import NIOPosix
import SIP
import TestCertificates
import Testing

@testable import VoiceEngine

/// Two SIP elements on loopback: one that takes TLS connections, one that opens them.
struct TLSPair {
    let server: TLSElement
    let client: TLSElement

    static func run(
        subject: String, isExpired: Bool = false, _ body: (TLSPair) async throws -> Void
    ) async throws {
        let authority = try TestAuthority()
        defer { authority.remove() }
        let identity = try authority.identity(subject, isExpired: isExpired)
        let listener = SIPTLSConfiguration.Listener(
            port: 0, certificatePath: identity.certificate, keyPath: identity.key)
        let server = TLSElement()
        try await server.open(SIPTLSConfiguration(listener: listener, authoritiesPath: authority.certificate))
        let client = TLSElement()
        try await client.open(SIPTLSConfiguration(authoritiesPath: authority.certificate))
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(TLSPair(server: server, client: client)))
        } catch {
            result = .failure(error)
        }
        await client.close()
        await server.close()
        try result.get()
    }
}

/// One element: a shell that answers every request by 200 and notes where it came from.
final class TLSElement: SIPShell.Owner, @unchecked Sendable {  // state is touched on `eventLoop` only
    struct Failure: Sendable {
        let isOutgoing: Bool
        let reason: String
    }

    private let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    private let shell: SIPShell
    private var requests: [(request: SIPRequest, flow: SIPFlow)] = []
    private var noted: [Failure] = []
    private var waiting: [ClientRequestHandle: EventLoopPromise<SIPResponse?>] = [:]

    init() {
        var settings = UserAgentSettings()
        settings.forwarded = [.options]
        settings.answersOptions = false
        shell = SIPShell(eventLoop: eventLoop, settings: settings)
    }

    func open(_ configuration: SIPTLSConfiguration) async throws {
        let contexts = try SIPTLSContexts(configuration)
        try await eventLoop.flatSubmit {
            self.shell.owner = self
            return self.shell.open(address: "127.0.0.1", port: 0, withTCP: true)
        }.get()
        try await eventLoop.flatSubmit {
            self.shell.openTLS(contexts, address: "127.0.0.1", listener: configuration.listener)
        }.get()
    }

    func close() async { try? await eventLoop.flatSubmit { self.shell.close() }.get() }

    var tlsPort: UInt16 { shell.tlsPort }
    var plainPort: UInt16 { shell.localPort }

    func flows() async throws -> [SIPFlow] { try await eventLoop.submit { self.requests.map(\.flow) }.get() }

    func failures() async throws -> [Failure] { try await eventLoop.submit { self.noted }.get() }

    func lastVia() async throws -> Via? {
        try await eventLoop.submit { try? self.requests.last?.request.headers.topVia }.get()
    }

    /// The answer to an OPTIONS; nil when there was none.
    func options(to server: TLSElement, name: String, port: UInt16? = nil) async throws -> SIPResponse? {
        let target = port ?? server.tlsPort
        return try await eventLoop.flatSubmit {
            self.send(self.shell.flow(to: "127.0.0.1", port: target, transport: .tls, name: name))
        }.get()
    }

    func options(on flow: SIPFlow) async throws -> SIPResponse? {
        try await eventLoop.flatSubmit { self.send(flow) }.get()
    }

    private func send(_ flow: SIPFlow) -> EventLoopFuture<SIPResponse?> {
        let promise = eventLoop.makePromise(of: SIPResponse?.self)
        var request = SIPRequest(method: .options, uri: SIPURI(user: "x", host: "127.0.0.1"))
        request.headers.set(.from, "<sip:a@127.0.0.1>")
        request.headers.set(.to, "<sip:b@127.0.0.1>")
        do {
            let handle = try shell.command { (agent, now) throws(UserAgentError) in
                try agent.sendRequest(request, on: flow, at: now)
            }
            waiting[handle] = promise
        } catch {
            promise.fail(error)
        }
        return promise.futureResult
    }

    func incomingCall(_ handle: SessionHandle, _ invite: IncomingInvite) {}

    func received(_ request: SIPRequest, _ handle: ServerRequestHandle, on flow: SIPFlow) {
        requests.append((request, flow))
        shell.attempt { (agent, now) throws(UserAgentError) in try agent.respond(handle, status: 200, at: now) }
    }

    func completed(_ handle: ClientRequestHandle, _ response: SIPResponse?) {
        waiting.removeValue(forKey: handle)?.succeed(response)
    }

    func flowFailed(_ flow: SIPFlow) {}

    func handshakeFailed(with address: String, isOutgoing: Bool, reason: String) {
        noted.append(Failure(isOutgoing: isOutgoing, reason: reason))
    }
}
