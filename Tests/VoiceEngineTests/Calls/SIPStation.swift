import Digests
import NIOCore
import NIOPosix
import SIP

@testable import VoiceEngine

/// A SIP phone without sound: what it is told to do goes over a socket, what happens is in its journal.
final class SIPStation: SIPShell.Owner, @unchecked Sendable {  // state is touched on `eventLoop` only
    struct Happening: Sendable, CustomStringConvertible {
        let handle: SessionHandle
        let event: InviteEvent
        var description: String { String("\(event)".prefix(120)) }
    }

    let user: String
    let domain: String
    let events = StageJournal<Happening>()
    let answers = StageJournal<SIPResponse>()
    let requests = StageJournal<SIPRequest>()
    /// Every message that it has sent.
    let sent = StageJournal<SIPMessage>()
    /// Answers calls by itself.
    var answersAtOnce = false
    /// What a call is refused with, such as 302 and a Contact.
    var refusal: (status: Int, headers: SIPHeaders)?
    /// Takes calls again after the first refusal.
    var refusesOnce = false
    private let password: String?
    /// The platform's port.
    var server: UInt16
    private let address: String
    private let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    private let shell: SIPShell

    init(user: String, domain: String, password: String?, server: UInt16 = 0, address: String = "127.0.0.1") {
        self.user = user
        self.domain = domain
        self.password = password
        self.server = server
        self.address = address
        shell = SIPShell(eventLoop: eventLoop, settings: UserAgentSettings())
    }

    func open() async throws {
        let address = address
        try await eventLoop.flatSubmit {
            self.shell.owner = self
            self.shell.trace = { [sent = self.sent] message, _, isReceived in if !isReceived { sent.add(message) } }
            return self.shell.open(address: address, port: 0, withTCP: false)
        }.get()
    }

    func close() async { try? await eventLoop.flatSubmit { self.shell.close() }.get() }

    var port: UInt16 { shell.localPort }

    /// Keeps what the phone sends until it is called with false.
    func holdBack(_ wanted: Bool) async throws { try await eventLoop.submit { self.shell.holdsBack = wanted }.get() }

    /// Runs a command on the machine.
    func perform<T: Sendable>(
        _ body: @escaping @Sendable (inout UserAgent, SIPInstant) throws(UserAgentError) -> T
    ) async throws -> T {
        try await eventLoop.submit { try self.shell.command(body) }.get()
    }

    private var flow: SIPFlow { shell.flow(to: "127.0.0.1", port: server, transport: .udp) }
    private var own: NameAddress { NameAddress(uri: SIPURI(user: user, host: domain)) }
    private var credentials: SIPCredentials? {
        password.map { SIPCredentials(username: user, password: $0) }
    }

    func register() async throws {
        let status = try await send(.register, to: SIPURI(host: domain), toAddress: own) { request, station in
            let contact = station.shell.contact(user: station.user, on: station.flow)
            request.headers.set(.contact, contact.description)
            request.headers.set(.expires, "600")
        }
        guard status == 200 else { throw StageJournal<SIPResponse>.TimedOut(description: "registration: \(status)") }
    }

    /// The status of the answer to a request outside calls.
    func send(
        _ method: SIPMethod, to uri: SIPURI, toAddress: NameAddress? = nil,
        _ change: @escaping @Sendable (inout SIPRequest, SIPStation) -> Void
    ) async throws -> Int {
        try await eventLoop.submit {
            var request = SIPRequest(method: method, uri: uri)
            request.headers.set(.from, self.own.description)
            request.headers.set(.to, (toAddress ?? NameAddress(uri: uri)).description)
            change(&request, self)
            let (message, flow, credentials) = (request, self.flow, self.credentials)
            _ = try self.shell.command { (agent, now) throws(UserAgentError) in
                try agent.sendRequest(message, on: flow, credentials: credentials, at: now)
            }
        }.get()
        return try await answers.first("an answer to \(method)") { _ in true }.status
    }

    static let description = description(port: 49170)

    private static func description(port: UInt16, types: String = "0 8 101") -> [UInt8] {
        Array(
            """
            v=0\r
            o=- 1 1 IN IP4 127.0.0.1\r
            s=-\r
            c=IN IP4 127.0.0.1\r
            t=0 0\r
            m=audio \(port) RTP/AVP \(types)\r
            a=rtpmap:101 telephone-event/8000\r

            """.utf8)
    }

    /// Calls somebody; a name is a user of the own domain.
    func call(
        _ target: String, headers: SIPHeaders = SIPHeaders(), from: NameAddress? = nil, to: NameAddress? = nil,
        hasOffer: Bool = true, hearsAt port: UInt16 = 49170, types: String = "0 8 101"
    ) async throws -> SessionHandle {
        try await eventLoop.submit {
            let uri = try SIPURI(parsing: target.contains(":") ? target : "sip:\(target)@\(self.domain)")
            let flow = self.flow
            let invite = OutgoingInvite(
                uri: uri, from: from ?? self.own, to: to ?? NameAddress(uri: uri),
                contact: self.shell.contact(user: self.user, on: flow),
                description: hasOffer ? Self.description(port: port, types: types) : [], headers: headers,
                credentials: self.credentials)
            let handle = try self.shell.command { (agent, now) throws(UserAgentError) in
                try agent.invite(invite, on: flow, at: now)
            }
            self.follow(handle)
            return handle
        }.get()
    }

    private func follow(_ handle: SessionHandle) {
        shell.setHandler(handle) { [events] in events.add(Happening(handle: handle, event: $0)) }
    }

    /// The next event of a call by its name.
    @discardableResult
    func next(_ name: String, of handle: SessionHandle) async throws -> InviteEvent {
        try await events.first("\(name) at \(user)") {
            $0.handle == handle && "\($0.event)".prefix { $0 != "(" } == name
        }.event
    }

    /// The next call that arrives.
    func incoming() async throws -> (handle: SessionHandle, request: SIPRequest) {
        let happening = try await events.first("a call at \(user)") {
            if case .incoming = $0.event { true } else { false }
        }
        guard case .incoming(let invite) = happening.event else {
            throw StageJournal<Happening>.TimedOut(description: "no call")
        }
        return (happening.handle, invite.request)
    }

    func accept(_ handle: SessionHandle) async throws {
        try await perform { (agent, now) throws(UserAgentError) in
            try agent.accept(handle, description: Self.description, at: now)
        }
    }

    func bye(_ handle: SessionHandle) async throws {
        try await perform { (agent, now) throws(UserAgentError) in try agent.bye(handle, at: now) }
    }

    func incomingCall(_ handle: SessionHandle, _ invite: IncomingInvite) {
        follow(handle)
        events.add(Happening(handle: handle, event: .incoming(invite)))
        if let refusal {
            if refusesOnce { self.refusal = nil }
            shell.attempt { (agent, now) throws(UserAgentError) in
                try agent.reject(handle, status: refusal.status, headers: refusal.headers, at: now)
            }
        } else if answersAtOnce {
            shell.attempt { (agent, now) throws(UserAgentError) in
                try agent.accept(handle, description: Self.description, at: now)
            }
        }
    }

    func received(_ request: SIPRequest, _ handle: ServerRequestHandle, on flow: SIPFlow) {
        requests.add(request)
        shell.attempt { (agent, now) throws(UserAgentError) in try agent.respond(handle, status: 200, at: now) }
    }

    func completed(_ handle: ClientRequestHandle, _ response: SIPResponse?) {
        answers.add(response ?? SIPResponse(status: 408))
    }

    func flowFailed(_ flow: SIPFlow) {}

    func handshakeFailed(with address: String, isOutgoing: Bool, reason: String) {}
}
