import CallControl
import Dispatch
import Logging
import NIOCore
import SIP

/// Knows the trunks: which one calls, which server a call goes to, and which of them are alive.
///
/// Everything happens on the shell's event loop.
final class TrunkDesk {
    let trunks: [Trunk]
    private let shell: SIPShell
    private let resolve: OutboundRegistrar.Resolving
    private let logger: Logger
    private let registrar: OutboundRegistrar
    private var watched: [TrunkServerID: Watched] = [:]
    private var probes: [ClientRequestHandle: Watched] = [:]
    private var registered: [OutboundRegistrationID: TrunkServerID] = [:]
    private var isStopped = false

    /// One server with what is known of it.
    private final class Watched {
        let id: TrunkServerID
        let trunk: Trunk
        let server: TrunkServer
        var health: ServerHealth
        var timer: Scheduled<Void>?
        /// Numeric addresses that its name has had.
        var addresses: Set<String>

        init(_ id: TrunkServerID, _ trunk: Trunk, _ server: TrunkServer) {
            self.id = id
            self.trunk = trunk
            self.server = server
            health = ServerHealth(settings: trunk.health)
            addresses = [server.hop.host]
        }
    }

    init(trunks: [Trunk], shell: SIPShell, logger: Logger, resolve: @escaping OutboundRegistrar.Resolving) {
        self.trunks = trunks
        self.shell = shell
        self.resolve = resolve
        self.logger = logger
        registrar = OutboundRegistrar(shell: shell, resolve: resolve)
        for (trunkIndex, trunk) in trunks.enumerated() {
            for (index, server) in trunk.servers.enumerated() {
                let id = TrunkServerID(trunk: trunkIndex, server: index)
                watched[id] = Watched(id, trunk, server)
            }
        }
        registrar.onOutcome = { [weak self] in self?.noted($0) }
    }

    /// Registers, and begins to ask the servers how they are. Comes after the sockets are open.
    func start() {
        keepRegistrations()
        for server in watched.values {
            lookUp(server)
            server.health.start(at: Self.now)
            perform(server)
        }
    }

    /// Takes the registrations back; nothing is asked any more.
    func stop() {
        isStopped = true
        for server in watched.values { server.timer?.cancel() }
        registrar.keep([])
    }

    // MARK: Who calls

    /// The trunk of an address that calls need no password from.
    func trunk(at address: String) -> Trunk? { trunks.first { $0.has(address) } }

    func trunk(named name: TrunkName) -> Trunk? { trunks.first { $0.name == name } }

    /// The trunk whose registration a Request-URI names.
    func trunk(registeredAs uri: SIPURI) -> Trunk? {
        registrar.registration(at: uri).flatMap { registered[$0.id] }.map { trunks[$0.trunk] }
    }

    /// The trunk that logs in with a name.
    func trunk(loginName name: String) -> Trunk? { trunks.first { $0.login?.username == name } }

    var hasLogins: Bool { trunks.contains { $0.login != nil } }

    // MARK: Calling out

    /// The tries of a call, in their order.
    func attempts(_ ways: [TrunkWay]) -> [TrunkAttempt] {
        ways.flatMap { way -> [TrunkAttempt] in
            guard let index = trunks.firstIndex(where: { $0.name == way.trunk }) else { return [] }
            return attempts(at: index, .user(way.callee), callerID: way.callerID)
        }
    }

    /// The tries of a call to a SIP address in a domain that a trunk serves; nil when none does.
    ///
    /// Empty where the application may not use the trunk.
    func attempts(to uri: SIPURI, callerID: String, application: String) -> [TrunkAttempt]? {
        let host = uri.bareHost.lowercased()
        let serving = trunks.indices.filter { trunks[$0].domains.contains(host) }
        guard !serving.isEmpty else { return nil }
        return serving.filter { trunks[$0].users.contains(application) }.flatMap { index in
            attempts(at: index, .address(uri), callerID: trunks[index].callerID.shown(callerID))
        }
    }

    private func attempts(at index: Int, _ callee: TrunkAttempt.Callee, callerID: String) -> [TrunkAttempt] {
        let trunk = trunks[index]
        var generator = SystemRandomNumberGenerator()
        let now = Self.now
        let order = ServerOrder.make(
            trunk.servers,
            isUsable: { watched[TrunkServerID(trunk: index, server: $0)]?.health.isUsable(at: now) ?? false },
            using: &generator)
        return order.map { place in
            TrunkAttempt(
                trunk: trunk, server: TrunkServerID(trunk: index, server: place), hop: trunk.servers[place].hop,
                callee: callee, callerID: callerID)
        }
    }

    /// Whether an address belongs to a server that scenarios reach through its trunk only: it knows the platform by its
    /// address and would charge the operator.
    func isReserved(_ address: String) -> Bool { watched.values.contains { $0.addresses.contains(address) } }

    /// A call has shown how a server is.
    func noted(_ report: ServerHealth.Report, of id: TrunkServerID) {
        guard let server = watched[id] else { return }
        server.health.noted(report, at: Self.now)
        perform(server)
    }

    // MARK: Registrations

    private func keepRegistrations() {
        var list: [OutboundRegistration] = []
        for server in watched.values.sorted(by: { ($0.id.trunk, $0.id.server) < ($1.id.trunk, $1.id.server) }) {
            let id = OutboundRegistrationID(rawValue: Int64(list.count + 1))
            guard let registration = server.trunk.outboundRegistration(at: server.server, id: id) else { continue }
            registered[id] = server.id
            list.append(registration)
        }
        registrar.keep(list)
    }

    private func noted(_ outcome: RegistrationOutcome) {
        guard let id = registered[outcome.id], let server = watched[id], !isStopped else { return }
        var metadata = metadata(server)
        if outcome.isSuccessful {
            logger.info("registered at a trunk", metadata: metadata)
        } else {
            metadata["sip.status"] = "\(outcome.status)"
            metadata["error"] = "\(outcome.reason)"
            logger.warning("not registered at a trunk; tried again later", metadata: metadata)
        }
        noted(outcome.report, of: id)
    }

    // MARK: Health

    /// Takes the answer to a request, nil for none.
    func completed(_ handle: ClientRequestHandle, _ response: SIPResponse?) {
        registrar.completed(handle, response)
        guard let server = probes.removeValue(forKey: handle) else { return }
        probeEnded(.init(response), server)
    }

    private func probeEnded(_ report: ServerHealth.Report, _ server: Watched) {
        server.health.probeEnded(report, at: Self.now)
        perform(server)
    }

    private func perform(_ server: Watched) {
        guard !isStopped else { return }
        while let action = server.health.nextAction() {
            switch action {
            case .probe: probe(server)
            case .changed(let isUp): changed(server, isUp: isUp)
            }
        }
        server.timer?.cancel()
        guard let deadline = server.health.nextDeadline else { return }
        server.timer = shell.eventLoop.assumeIsolated().scheduleTask(
            deadline: .uptimeNanoseconds(deadline.nanoseconds)
        ) { [weak self, weak server] in
            guard let self, let server else { return }
            server.health.timersFired(at: Self.now)
            perform(server)
        }
    }

    private func changed(_ server: Watched, isUp: Bool) {
        guard isUp else { return logger.warning("a server of a trunk takes no calls", metadata: metadata(server)) }
        logger.info("a server of a trunk takes calls again", metadata: metadata(server))
        // It may have forgotten the registration while it was away.
        for (id, place) in registered where place == server.id { registrar.renew(id) }
    }

    private func probe(_ server: Watched) {
        resolve(server.server.hop).assumeIsolated().whenComplete { [weak self] result in
            guard let self, !isStopped else { return }
            guard case .success(let flow) = result else { return probeEnded(.silent, server) }
            server.addresses.insert(flow.remoteAddress)
            var request = SIPRequest(method: .options, uri: server.server.hop.uri)
            request.headers.set(
                .from, NameAddress(uri: SIPURI(host: HostText.bracketed(flow.localAddress))).description)
            request.headers.set(.to, NameAddress(uri: server.server.hop.uri).description)
            request.headers.set(.accept, "application/sdp")
            let handle = try? shell.command { [request] (agent, now) throws(UserAgentError) in
                try agent.sendRequest(request, on: flow, at: now)
            }
            guard let handle else { return probeEnded(.silent, server) }
            probes[handle] = server
        }
    }

    private func lookUp(_ server: Watched) {
        resolve(server.server.hop).assumeIsolated().whenSuccess { server.addresses.insert($0.remoteAddress) }
    }

    private func metadata(_ server: Watched) -> Logger.Metadata {
        [
            "sip.trunk": "\(server.trunk.name)",
            "sip.peer": "\(HostText.bracketed(server.server.hop.host)):\(server.server.hop.port)",
        ]
    }

    private static var now: SIPInstant { SIPInstant(nanoseconds: DispatchTime.now().uptimeNanoseconds) }
}

extension ServerHealth.Report {
    /// What a response, or nil for none, shows of the server: any answer but 503 is a sign of life.
    init(_ response: SIPResponse?) {
        switch response?.status {
        case nil: self = .silent
        case 503: self = .busy(retryAfter: response?.headers.retryPause)
        default: self = .answered
        }
    }
}

extension SIPHeaders {
    /// The pause that `Retry-After` asks for.
    var retryPause: Duration? { (try? retryAfter).map { .seconds(Int64(Swift.min($0, 86_400))) } }
}

extension RegistrationOutcome {
    fileprivate var report: ServerHealth.Report {
        switch status {
        case 408: .silent
        case 503: .busy(retryAfter: nil)
        default: .answered
        }
    }
}
