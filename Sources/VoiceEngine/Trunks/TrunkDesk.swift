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
    let outbound: OutboundRegistrar
    let inbound: Registrar
    let watch: TrunkWatch
    private(set) var registered: [OutboundRegistrationID: TrunkServerID] = [:]
    private var isStopped = false

    init(trunks: [Trunk], shell: SIPShell, logger: Logger, locator: HostLocator, registrar: Registrar) {
        self.trunks = trunks
        self.logger = logger
        inbound = registrar
        outbound = OutboundRegistrar(shell: shell, locator: locator)
        watch = TrunkWatch(trunks: trunks, shell: shell, locator: locator, logger: logger)
        outbound.onOutcome = { [weak self] in self?.noted($0, at: $1) }
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
        outbound.keep([])
    }

    // MARK: Who calls

    /// The trunk of an address that calls need no password from.
    func trunk(at address: String) -> Trunk? { trunks.first { $0.has(address) } }

    func trunk(named name: TrunkName) -> Trunk? { trunks.first { $0.name == name } }

    /// The trunk whose registration a Request-URI names.
    func trunk(registeredAs uri: SIPURI) -> Trunk? {
        outbound.registration(at: uri).flatMap { registered[$0.id] }.map { trunks[$0.trunk] }
    }

    // MARK: Calling out

    /// The tries of a call, in their order.
    func routes(_ ways: [TrunkWay]) -> TrunkRoutes {
        let known = ways.compactMap { way in
            trunks.firstIndex { $0.name == way.trunk }.map { (index: $0, way: way) }
        }
        guard !known.isEmpty else { return .nowhere(code: 404, reason: "No such trunk") }
        return TrunkRoutes(known.flatMap { attempts(at: $0.index, .user($0.way.callee), callerID: $0.way.callerID) })
    }

    /// The tries of a call to a SIP address in a domain that a trunk serves; nil when none does.
    func routes(to uri: SIPURI, callerID: String, application: String) -> TrunkRoutes? {
        let host = uri.bareHost.lowercased()
        let serving = trunks.indices.filter { trunks[$0].domains.contains(host) }
        guard !serving.isEmpty else { return nil }
        let open = serving.filter { trunks[$0].users.contains(application) }
        guard !open.isEmpty else { return .nowhere(code: 403, reason: "The trunk is not open to this call") }
        return TrunkRoutes(
            open.flatMap { attempts(at: $0, .address(uri), callerID: trunks[$0].callerID.shown(callerID)) })
    }

    /// First where the trunk has registered, then its servers.
    private func attempts(at index: Int, _ callee: TrunkAttempt.Callee, callerID: String) -> [TrunkAttempt] {
        let trunk = trunks[index]
        var generator = SystemRandomNumberGenerator()
        let order = ServerOrder.make(
            trunk.servers, isUsable: { watch.isUsable(TrunkServerID(trunk: index, server: $0)) }, using: &generator)
        let contacts = inbound.contacts(of: trunk).map { TrunkAttempt.Destination.contact($0) }
        let servers = order.map { place in
            TrunkAttempt.Destination.server(
                TrunkPlace(server: TrunkServerID(trunk: index, server: place)), trunk.servers[place].hop)
        }
        return (contacts + servers).map { destination in
            TrunkAttempt(trunk: trunk, destination: destination, callee: callee, callerID: callerID)
        }
    }

    /// Where a server is; fails with a `LocationError`.
    func places(of id: TrunkServerID) -> EventLoopFuture<TrunkPlaces> { watch.places(of: id) }

    /// Whether an address belongs to a server, or to a trunk that has registered, which scenarios reach through the trunk
    /// only: it knows the platform by its address and would charge the operator.
    func isReserved(_ address: String) -> EventLoopFuture<Bool> {
        watch.has(address).assumeIsolated().map { [inbound] in $0 || inbound.hasTrunk(at: address) }.nonisolated()
    }

    /// A call has shown how a server is.
    func noted(_ report: ServerHealth.Report, of place: TrunkPlace) { watch.noted(report, of: place) }

    /// Takes the answer to a request, nil for none.
    func completed(_ handle: ClientRequestHandle, _ response: SIPResponse?) {
        outbound.completed(handle, response)
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
        outbound.keep(list)
    }

    /// A server that comes back may have forgotten the registration while it was away.
    private func renewRegistrations(at server: TrunkServerID) {
        for (id, place) in registered where place == server { outbound.renew(id) }
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
