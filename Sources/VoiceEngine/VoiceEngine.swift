import AsyncHTTPClient
import CallControl
import Dispatch
import Logging
import NIOCore
import NIOPosix
import SDP
import SIP

/// Phones, trunks and their sound: the engine behind the platform's call sessions.
///
/// All methods are for `eventLoop` except `start` and `shutdown`.
public final class VoiceEngine: @unchecked Sendable {  // state is touched on `eventLoop` only
    public let eventLoop: any EventLoop
    public private(set) var shell: SIPShell
    let sounds: SoundLibrary
    let configuration: VoiceEngineConfiguration
    let logger: Logger
    private let threads: NIOThreadPool
    private let names: NameServers
    private let locator: HostLocator
    let mediaOwners: MediaOwners
    let streamClock: StreamClock
    public let media: MediaLoop
    private var registrar: Registrar?
    private(set) var outboundRegistrar: OutboundRegistrar?
    private(set) var trunks: TrunkDesk?
    /// What is to be registered from the start on.
    private var wantedRegistrations: [OutboundRegistration] = []
    private var admission: CallAdmission?
    private var messages: MessageDesk?
    let legDirectory: LegDirectory
    let transferDesk: TransferDesk
    let conferenceDoors = ConferenceDoors()
    private var sessionCounter: UInt64 = 0
    private var isDraining = false
    /// Told on `eventLoop` how each attempt to register elsewhere ends; set before the start.
    public var onRegistration: (RegistrationOutcome) -> Void = { _ in }
    /// Told on `eventLoop` when a user's first phone has registered and when his last one is gone; set before the start.
    public var onPresence: (UserAddress) -> Void = { _ in }

    public init(
        configuration: VoiceEngineConfiguration, eventLoop: any EventLoop, httpClient: HTTPClient,
        speech: any SpeechSynthesizer = EspeakSynthesizer(), logger: Logger
    ) throws {
        self.configuration = configuration
        self.eventLoop = eventLoop
        self.logger = logger
        threads = NIOThreadPool(numberOfThreads: 2)
        let names = NameServers(settings: configuration.lookup, ownAddress: configuration.sipAddress)
        self.names = names
        locator = HostLocator(eventLoop: eventLoop, settings: configuration.lookup) { question in
            names.ask(question, on: eventLoop)
        }
        let owners = MediaOwners(eventLoop: eventLoop)
        mediaOwners = owners
        streamClock = StreamClock(eventLoop: eventLoop)
        var sound = MediaConfiguration(address: configuration.rtpAddress, portRange: configuration.rtpPorts)
        sound.comfortNoise = configuration.comfortNoise
        media = try MediaLoop(configuration: sound) { event in owners.deliver(event) }
        let desk = SpeechDesk(
            eventLoop: eventLoop, threads: threads, program: speech,
            service: configuration.googleSpeech.map { GoogleSpeech(configuration: $0, client: httpClient) },
            logger: logger)
        sounds = SoundLibrary(
            eventLoop: eventLoop, client: httpClient, threads: threads, speech: desk,
            folders: configuration.soundFolders, downloadLimit: configuration.downloadLimit)
        var settings = UserAgentSettings()
        settings.invite.product = "Switchboard"
        shell = SIPShell(eventLoop: eventLoop, settings: settings)
        legDirectory = LegDirectory(shell: shell)
        if configuration.showsSignalling {
            let traces = SignallingTraces()
            legDirectory.traces = traces
            shell.trace = { traces.note($0, $1, isReceived: $2) }
        }
        transferDesk = TransferDesk(shell: shell, legs: legDirectory)
    }

    /// Opens the sockets; throws when a port is taken. Calls go to `router`, which must outlive the engine.
    public func start(router: any CallRouter) async throws {
        threads.start()
        try names.start()
        try media.start()
        let box = UnsafeRouter(router: router)
        try await eventLoop.submit { self.assemble(box.router) }.get()
        let (address, port) = (configuration.sipAddress, configuration.sipPort)
        let tls = try SIPTLSContexts(configuration.tls)
        try await eventLoop.flatSubmit { self.shell.open(address: address, port: port, withTCP: true) }.get()
        try await eventLoop.flatSubmit {
            self.shell.openTLS(tls, address: address, listener: self.configuration.tls.listener)
        }.get()
        try await eventLoop.submit { self.beginRegistrations() }.get()
        logger.info(
            "SIP is open",
            metadata: ["sip.address": "\(address)", "sip.port": "\(sipPort)", "sip.tls.port": "\(shell.tlsPort)"])
    }

    /// Refuses new calls from now on, and takes back the registrations at trunks; running calls go on.
    public func drain() {
        isDraining = true
        trunks?.stop()
    }

    /// Closes sockets and files; calls that still run are cut.
    public func shutdown() async {
        try? await eventLoop.flatSubmit { self.shell.close() }.get()
        media.stop()
        names.stop()
        try? await threads.shutdownGracefully()
    }

    /// The port of SIP, also when the system chose it.
    public var sipPort: Int { Int(shell.localPort) }

    /// A session that no incoming call has started.
    public func makeSession() -> EngineSession { EngineSession(engine: self) }

    /// Registers at other registrars what is new or different in the list, and takes back what is no longer in it.
    public func keep(_ registrations: [OutboundRegistration]) {
        wantedRegistrations = registrations
        outboundRegistrar?.keep(registrations)
    }

    private func beginRegistrations() {
        let outbound = OutboundRegistrar(shell: shell, locator: locator)
        outbound.onOutcome = { [weak self] outcome, _ in self?.onRegistration(outcome) }
        outboundRegistrar = outbound
        outbound.keep(wantedRegistrations)
        trunks?.start()
    }

    /// Ends every registration of a user at once.
    public func endRegistrations(of user: UserAddress) { registrar?.remove(user) }

    /// The number of phones that a user has registered now.
    public func phoneCount(of user: UserAddress) -> Int { registrar?.phones(of: user).count ?? 0 }

    /// How the trunks are, in the order of the configuration.
    public func trunkStatus() -> [TrunkStatus] {
        trunks?.status(at: SIPInstant(nanoseconds: DispatchTime.now().uptimeNanoseconds)) ?? []
    }

    private func assemble(_ router: any CallRouter) {
        let authenticator = SIPAuthenticator(router: router, algorithms: configuration.digestAlgorithms)
        let logins = TrunkLogins(
            trunks: configuration.trunks, authenticator: authenticator, realm: configuration.realm)
        let phones = Registrar(shell: shell, authenticator: authenticator, logins: logins)
        phones.onPresence = { [weak self] in self?.onPresence($0) }
        registrar = phones
        messages = MessageDesk(shell: shell, authenticator: authenticator) { [weak self] in
            self?.registeredPhones(of: $0) ?? []
        }
        let desk = TrunkDesk(
            trunks: configuration.trunks, shell: shell, logger: logger, locator: locator, registrar: phones)
        trunks = desk
        admission = CallAdmission(
            engine: self, shell: shell, authenticator: authenticator, router: router, trunks: desk, logins: logins)
        shell.owner = self
    }

    // MARK: Legs

    func registeredPhones(of user: UserAddress) -> [RegistrarBinding] { registrar?.phones(of: user) ?? [] }

    /// - Parameters:
    ///   - trunk: the trunk that calls; nil for everybody else.
    ///   - isInside: whether the call comes from this engine, so that its sound never leaves it.
    func makeInboundLeg(
        _ id: CallID, _ handle: SessionHandle, on flow: SIPFlow, offer: SessionDescription?, over trunk: Trunk?,
        isInside: Bool = false, session: EngineSession
    ) -> InboundLeg? {
        let emit: (CallEvent) -> Void = { session.emit($0) }
        guard let media = makeMedia(id, isInside ? SoundSecurity() : phoneSecurity, emit) else { return nil }
        if let trunk { useSound(of: trunk, in: media) }
        let leg = InboundLeg(
            id: id, handle: handle, shell: shell, flow: flow, offer: offer, media: media, emit: emit)
        session.add(leg)
        return leg
    }

    /// Calls every phone of a user of the session's application.
    func call(_ call: OutgoingUserCall, id: CallID, session: EngineSession) {
        guard let leg = makeOutboundLeg(id, timeout: call.timeoutSeconds, session) else { return }
        let user = UserAddress(username: call.username, domain: session.domain)
        let phones = registrar?.phones(of: user) ?? []
        guard !phones.isEmpty else { return leg.failAtOnce(code: 480, reason: "User offline") }
        let caller = NameAddress(
            displayName: call.displayName ?? call.callerID,
            uri: SIPURI(scheme: "sip", user: call.callerID, host: session.domain))
        let callee = NameAddress(uri: SIPURI(scheme: "sip", user: call.username, host: session.domain))
        leg.party = LegParty(name: call.username, isUser: true)
        allowRedirections(of: leg, dialled: callee.uri, domain: session.domain)
        for phone in phones {
            let invite = OutgoingInvite(
                uri: phone.contact.uri, from: caller, to: callee,
                contact: shell.contact(user: call.callerID, on: phone.flow), description: [],
                headers: SIPHeaders(call.headers))
            add(invite, on: phone.flow, to: leg)
        }
        if leg.hasNoBranch { leg.failAtOnce(code: 503, reason: SIPStatus.reason(503)) }
    }

    /// Calls any SIP address; a user of a known application is called on his phones.
    func call(_ call: OutgoingSIPCall, id: CallID, session: EngineSession) {
        guard let uri = try? SIPURI(parsing: call.uri), uri.isSIP else {
            let leg = makeOutboundLeg(id, timeout: call.timeoutSeconds, session)
            leg?.failAtOnce(code: 404, reason: "Malformed SIP address")
            return
        }
        if let user = uri.user, call.ways.isEmpty, call.registration == nil,
            registrar?.phones(of: UserAddress(username: user, domain: uri.bareHost)).isEmpty == false
        {
            let inner = OutgoingUserCall(
                username: user, callerID: call.callerID, displayName: call.displayName, headers: call.headers,
                timeoutSeconds: call.timeoutSeconds)
            return self.call(inner, id: id, session: session)
        }
        guard let leg = makeOutboundLeg(id, timeout: call.timeoutSeconds, session) else { return }
        leg.party = LegParty(name: uri.user ?? uri.bareHost)
        if let registration = call.registration { return self.call(call, uri, by: registration, leg) }
        if callThroughTrunks(call, uri, leg, session) { return }
        allowRedirections(of: leg, dialled: uri, domain: session.domain)
        resolve(uri, proxy: call.outboundProxy).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let flow?): self.dial(call, uri, on: flow, leg)
            case .success(nil): leg.failAtOnce(code: 404, reason: "Transport not supported")
            case .failure(let error): leg.failAtOnce(for: error)
            }
        }
    }

    private func dial(_ call: OutgoingSIPCall, _ uri: SIPURI, on flow: SIPFlow, _ leg: OutboundLeg) {
        let own = HostText.bracketed(flow.localAddress)
        let identity = OutgoingIdentity(
            callerID: call.callerID, displayName: call.displayName, host: own, scenario: call.headers,
            isTrusted: trunks?.trunk(at: flow.remoteAddress) != nil)
        var invite = OutgoingInvite(
            uri: uri, from: identity.from, to: NameAddress(uri: uri),
            contact: shell.contact(user: call.callerID, on: flow, isSecure: uri.scheme == "sips"),
            description: [], headers: SIPHeaders(call.headers))
        for field in identity.headers { invite.headers.set(field.name, field.value) }
        invite.noteForwarding(of: call, to: uri, host: own)
        invite.credentials = call.credentials
        add(invite, on: flow, to: leg)
        if leg.hasNoBranch { leg.failAtOnce(code: 503, reason: SIPStatus.reason(503)) }
    }

    /// Sends an INVITE with the leg's offer for the flow; nil and nothing when the flow may not carry what must be offered.
    @discardableResult
    func add(_ invite: OutgoingInvite, on flow: SIPFlow, to leg: OutboundLeg) -> SessionHandle? {
        guard let offer = leg.media.offer(on: flow) else { return nil }
        var invite = invite
        invite.description = offer.bytes
        let handle = try? shell.command { (agent, now) throws(UserAgentError) in
            try agent.invite(invite, on: flow, at: now)
        }
        guard let handle else { return nil }
        leg.add(OutboundLeg.Branch(invite: invite, flow: flow, offer: offer), as: handle)
        legDirectory.attach(handle, to: leg, on: flow)
        return handle
    }

    func makeOutboundLeg(
        _ id: CallID, timeout: Int, isInside: Bool = false, _ session: EngineSession
    ) -> OutboundLeg? {
        let emit: (CallEvent) -> Void = { session.emit($0) }
        guard let media = makeMedia(id, isInside ? SoundSecurity() : phoneSecurity, emit) else {
            session.emit(.failed(id, code: 503, reason: "No media port is free", headers: [:]))
            return nil
        }
        let leg = OutboundLeg(id: id, shell: shell, media: media, timeoutSeconds: timeout, emit: emit)
        session.add(leg)
        return leg
    }

    private var phoneSecurity: SoundSecurity {
        SoundSecurity(policy: configuration.srtp, keyExchange: configuration.keyExchange)
    }

    private func makeMedia(
        _ id: CallID, _ security: SoundSecurity, _ emit: @escaping (CallEvent) -> Void
    ) -> LegMedia? {
        sessionCounter += 1
        do {
            let legMedia = try LegMedia(
                loop: media, sessionID: sessionCounter, codecs: configuration.codecs, callID: id, security: security,
                emit: emit)
            mediaOwners.add(legMedia)
            return legMedia
        } catch {
            logger.error("A leg has no media port", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// The flow to a SIP host; names are looked up off the loop.
    private func resolve(_ uri: SIPURI, proxy: String?) -> EventLoopFuture<SIPFlow?> {
        let next = proxy.flatMap { try? SIPURI(parsing: $0.hasPrefix("sip") ? $0 : "sip:\($0)") } ?? uri
        guard let hop = SIPNextHop(next) else { return eventLoop.makeSucceededFuture(nil) }
        return flow(to: hop).map { $0 }
    }

    /// The flow to the first place of a hop that a scenario names.
    ///
    /// Fails with a ``LocationError``, or with ``ReservedPlace`` where a trunk is.
    func flow(to hop: SIPNextHop) -> EventLoopFuture<SIPFlow> {
        locator.locate(hop).assumeIsolated().flatMap { places in
            guard let first = places.first else {
                return self.eventLoop.makeFailedFuture(LocationError.unknown(hop.host))
            }
            let flow = self.shell.flow(to: first, of: hop)
            guard let trunks = self.trunks else { return self.eventLoop.makeSucceededFuture(flow) }
            return trunks.isReserved(flow.remoteAddress).assumeIsolated().flatMapThrowing { isReserved in
                if isReserved { throw ReservedPlace() }
                return flow
            }.nonisolated()
        }.nonisolated()
    }
}

extension VoiceEngine: SIPShell.Owner {
    public func incomingCall(_ handle: SessionHandle, _ invite: IncomingInvite) {
        guard !isDraining else {
            return shell.attempt { (agent, now) throws(UserAgentError) in
                try agent.reject(
                    handle, status: 503, headers: SIPHeaders([(.retryAfter, SIPShell.retryAfter)]), at: now)
            }
        }
        admission?.receive(handle, invite)
    }

    public func received(_ request: SIPRequest, _ handle: ServerRequestHandle, on flow: SIPFlow) {
        switch request.method {
        case .register: registrar?.receive(request, handle, on: flow)
        case .message: messages?.receive(request, handle, on: flow)
        default:
            shell.attempt { (agent, now) throws(UserAgentError) in
                try agent.respond(handle, status: 404, at: now)
            }
        }
    }

    public func completed(_ handle: ClientRequestHandle, _ response: SIPResponse?) {
        outboundRegistrar?.completed(handle, response)
        trunks?.completed(handle, response)
    }

    public func handshakeFailed(with address: String, isOutgoing: Bool, reason: String) {
        // What strangers try is no news; a peer that this side has called is.
        logger.log(
            level: isOutgoing ? .warning : .debug, "no TLS with a peer",
            metadata: ["sip.peer": "\(address)", "tls.isOutgoing": "\(isOutgoing)", "error": "\(reason)"])
    }

    public func flowFailed(_ flow: SIPFlow) {
        if flow.connection != nil { registrar?.connectionClosed(flow) }
    }
}

/// Carries the router to the event loop, where it is used and nowhere else.
private struct UnsafeRouter: @unchecked Sendable {  // moved once, before anything else holds it
    let router: any CallRouter
}
