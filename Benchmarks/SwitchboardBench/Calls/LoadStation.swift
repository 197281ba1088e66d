import CMediaIO
import Digests
import NIOCore
import SDP
import SIP
import VoiceEngine

/// The SIP side of many callers or many phones on one socket. It makes no sound, so that the figures are signalling.
///
/// Everything happens on `eventLoop`.
final class LoadStation: @unchecked Sendable {  // State is touched on `eventLoop` only.
    struct Server {
        var address: String
        var port: UInt16
    }

    let eventLoop: any EventLoop
    let shell: SIPShell
    private let address: String
    private let server: Server
    /// Takes what the server plays; nobody reads it, so that it costs the other core nothing.
    private let sink: RTPLoad
    /// How long a phone rings.
    private let ringing: TimeAmount
    private var nextSession: UInt64 = 1
    private var answeredCalls = 0
    private var requests: [ClientRequestHandle: EventLoopPromise<Int>] = [:]

    init(address: String, server: Server, ringing: TimeAmount = .milliseconds(50), eventLoop: any EventLoop) throws {
        guard let sink = RTPLoad(address: address) else { throw MediaBenchmark.Failure.noSocket }
        self.address = address
        self.server = server
        self.sink = sink
        self.ringing = ringing
        self.eventLoop = eventLoop
        var settings = UserAgentSettings()
        settings.invite.product = "Switchboard bench"
        shell = SIPShell(eventLoop: eventLoop, settings: settings)
    }

    func start() async throws {
        try await eventLoop.flatSubmit {
            self.shell.owner = self
            return self.shell.open(address: self.address, port: 0, withTCP: false)
        }.get()
    }

    func stop() async { try? await eventLoop.flatSubmit { self.shell.close() }.get() }

    private var flow: SIPFlow { shell.flow(to: server.address, port: server.port, transport: .udp) }

    // MARK: Registration

    /// Registers an account once, with the challenge that belongs to it; the result is the final status.
    func register(_ account: PortalClient.PhoneCredentials) async throws -> Int {
        try await eventLoop.flatSubmit { self.sendRegister(account) }.get()
    }

    private func sendRegister(_ account: PortalClient.PhoneCredentials) -> EventLoopFuture<Int> {
        let promise = eventLoop.makePromise(of: Int.self)
        let flow = flow
        let address = NameAddress(uri: SIPURI(scheme: "sip", user: account.user, host: account.domain))
        var client = RegistrationClient(
            settings: RegistrationSettings(
                registrar: SIPURI(scheme: "sip", user: nil, host: account.domain), address: address,
                contact: shell.contact(user: account.user, on: flow)),
            seed: SecureRandom.bytes(32))
        client.start()
        guard case .send(let request)? = client.nextAction() else { return eventLoop.makeSucceededFuture(0) }
        let credentials = SIPCredentials(username: account.user, password: account.password)
        do throws(UserAgentError) {
            let handle = try shell.command { (agent, now) throws(UserAgentError) in
                try agent.sendRequest(request, on: flow, credentials: credentials, at: now)
            }
            requests[handle] = promise
        } catch {
            promise.fail(error)
        }
        return promise.futureResult
    }

    // MARK: Calls

    /// Calls a number; `hold` is the time from the answer to the hang-up, nil waits for ``LoadCall/hangUp()``.
    func call(_ number: String, from caller: String, hold: TimeAmount?) async throws -> LoadCall {
        try await eventLoop.submit { try self.dial(number, caller, hold) }.get()
    }

    private func dial(_ number: String, _ caller: String, _ hold: TimeAmount?) throws -> LoadCall {
        let flow = flow
        let uri = SIPURI(scheme: "sip", user: number, host: server.address)
        let invite = OutgoingInvite(
            uri: uri, from: NameAddress(uri: SIPURI(scheme: "sip", user: caller, host: address)),
            to: NameAddress(uri: uri), contact: shell.contact(user: caller, on: flow), description: offer())
        let dialled = NIODeadline.now()
        let handle = try shell.command { (agent, now) throws(UserAgentError) in
            try agent.invite(invite, on: flow, at: now)
        }
        let call = LoadCall(handle: handle, shell: shell, hold: hold, dialled: dialled)
        shell.setHandler(handle) { call.receive($0) }
        return call
    }

    /// How many calls to this station were answered.
    func answered() async throws -> Int { try await eventLoop.submit { self.answeredCalls }.get() }

    private func offer() -> [UInt8] {
        nextSession += 1
        let offer = AudioOffer.make(address: address, port: sink.port, codecs: [.pcmu], sessionID: nextSession)
        return Array(offer.text.utf8)
    }

    private func answer(to offer: [UInt8]) -> [UInt8]? {
        nextSession += 1
        let own = AudioCapabilities(address: address, port: sink.port, sessionID: nextSession)
        guard let remote = try? SessionDescription(parsing: offer),
            let answer = try? OfferAnswer.answer(to: remote, with: own, previous: nil)
        else { return nil }
        return Array(answer.0.text.utf8)
    }
}

extension LoadStation: SIPShell.Owner {
    /// A phone rings for a moment and is answered.
    func incomingCall(_ handle: SessionHandle, _ invite: IncomingInvite) {
        guard let description = answer(to: invite.request.body) else {
            return shell.attempt { (agent, now) throws(UserAgentError) in
                try agent.reject(handle, status: 488, at: now)
            }
        }
        shell.attempt { (agent, now) throws(UserAgentError) in try agent.ring(handle, at: now) }
        eventLoop.assumeIsolated().scheduleTask(in: ringing) {
            self.shell.attempt { (agent, now) throws(UserAgentError) in
                try agent.accept(handle, description: description, at: now)
                self.answeredCalls += 1
            }
        }
    }

    func received(_ request: SIPRequest, _ handle: ServerRequestHandle, on flow: SIPFlow) {
        shell.attempt { (agent, now) throws(UserAgentError) in try agent.respond(handle, status: 405, at: now) }
    }

    func completed(_ handle: ClientRequestHandle, _ response: SIPResponse?) {
        requests.removeValue(forKey: handle)?.succeed(response?.status ?? 408)
    }

    func flowFailed(_ flow: SIPFlow) {}

    func handshakeFailed(with address: String, isOutgoing: Bool, reason: String) {}
}
