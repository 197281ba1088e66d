import CallControl
import Logging
import NIOCore
import SIP

/// Knows the trunks: which one calls, which server a call goes to, and which of them are alive.
///
/// Everything happens on the shell's event loop.
final class TrunkDesk {
    let trunks: [Trunk]
    private let logger: Logger
    private let registrar: OutboundRegistrar
    private let watch: TrunkWatch
    private var registered: [OutboundRegistrationID: TrunkServerID] = [:]
    private var isStopped = false

    init(trunks: [Trunk], shell: SIPShell, logger: Logger, locator: HostLocator) {
        self.trunks = trunks
        self.logger = logger
        registrar = OutboundRegistrar(shell: shell, locator: locator)
        watch = TrunkWatch(trunks: trunks, shell: shell, locator: locator, logger: logger)
        registrar.onOutcome = { [weak self] in self?.noted($0, at: $1) }
        watch.onReturn = { [weak self] in self?.renewRegistrations(at: $0) }
    }

    /// Registers, and begins to ask the servers how they are. Comes after the sockets are open.
    func start() {
        keepRegistrations()
        watch.start()
    }

    /// Takes the registrations back; nothing is asked any more.
    func stop() {
        isStopped = true
        watch.stop()
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
        let order = ServerOrder.make(
            trunk.servers, isUsable: { watch.isUsable(TrunkServerID(trunk: index, server: $0)) }, using: &generator)
        return order.map { place in
            TrunkAttempt(
                trunk: trunk, place: TrunkPlace(server: TrunkServerID(trunk: index, server: place)),
                hop: trunk.servers[place].hop, callee: callee, callerID: callerID)
        }
    }

    /// Where a server is; fails with a `LocationError`.
    func places(of id: TrunkServerID) -> EventLoopFuture<TrunkPlaces> { watch.places(of: id) }

    /// Whether an address belongs to a server that scenarios reach through its trunk only: it knows the platform by its
    /// address and would charge the operator.
    func isReserved(_ address: String) -> Bool { watch.has(address) }

    /// A call has shown how a server is.
    func noted(_ report: ServerHealth.Report, of place: TrunkPlace) { watch.noted(report, of: place) }

    /// Takes the answer to a request, nil for none.
    func completed(_ handle: ClientRequestHandle, _ response: SIPResponse?) {
        registrar.completed(handle, response)
        watch.completed(handle, response)
    }

    // MARK: Registrations

    private func keepRegistrations() {
        var list: [OutboundRegistration] = []
        for server in watch.all {
            let id = OutboundRegistrationID(rawValue: Int64(list.count + 1))
            guard let registration = server.trunk.outboundRegistration(at: server.server, id: id) else { continue }
            registered[id] = server.id
            list.append(registration)
        }
        registrar.keep(list)
    }

    /// A server that comes back may have forgotten the registration while it was away.
    private func renewRegistrations(at server: TrunkServerID) {
        for (id, place) in registered where place == server { registrar.renew(id) }
    }

    private func noted(_ outcome: RegistrationOutcome, at target: SIPTarget?) {
        guard let id = registered[outcome.id], let server = watch.server(id), !isStopped else { return }
        var metadata = watch.metadata(server, target)
        if outcome.isSuccessful {
            logger.info("registered at a trunk", metadata: metadata)
        } else {
            metadata["sip.status"] = "\(outcome.status)"
            metadata["error"] = "\(outcome.reason)"
            logger.warning("not registered at a trunk; tried again later", metadata: metadata)
        }
        noted(outcome.report, of: TrunkPlace(server: id, target: target))
    }
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
