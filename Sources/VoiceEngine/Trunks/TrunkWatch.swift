import Dispatch
import Logging
import NIOCore
import SIP

/// Knows where the servers of trunks are and which of them are alive.
///
/// Everything happens on the shell's event loop.
final class TrunkWatch {
    /// A server takes calls again.
    var onReturn: (TrunkServerID) -> Void = { _ in }

    private let shell: SIPShell
    private let locator: HostLocator
    private let logger: Logger
    private var servers: [TrunkServerID: WatchedServer] = [:]
    private var probes: [ClientRequestHandle: WatchedPlace] = [:]
    private var state = State.idle
    /// Done once every server has been looked up, found or not.
    private var firstLook: EventLoopFuture<Void>

    private enum State {
        case idle
        case running
        case stopped
    }

    init(trunks: [Trunk], shell: SIPShell, locator: HostLocator, logger: Logger) {
        self.shell = shell
        self.locator = locator
        self.logger = logger
        firstLook = shell.eventLoop.makeSucceededVoidFuture()
        for (trunkIndex, trunk) in trunks.enumerated() {
            for (index, server) in trunk.servers.enumerated() {
                let id = TrunkServerID(trunk: trunkIndex, server: index)
                servers[id] = WatchedServer(id, trunk, server)
            }
        }
    }

    /// Begins to look the servers up and to ask them how they are. Comes after the sockets are open.
    func start() {
        state = .running
        let looks = servers.values.map { server in
            let look = locate(server)
            look.assumeIsolated().whenComplete { [weak self] result in
                // Where it is is found out by the first question.
                guard case .failure = result else { return }
                for place in server.places { self?.begin(place) }
            }
            return look.map { _ in }
        }
        firstLook = .andAllComplete(looks, on: shell.eventLoop)
    }

    /// Nothing is asked any more.
    func stop() {
        state = .stopped
        for place in servers.values.flatMap(\.places) { end(place) }
    }

    func server(_ id: TrunkServerID) -> WatchedServer? { servers[id] }

    /// Every server, in the order of the trunks.
    var all: [WatchedServer] {
        servers.values.sorted { ($0.id.trunk, $0.id.server) < ($1.id.trunk, $1.id.server) }
    }

    /// Whether calls go to a server now.
    func isUsable(_ id: TrunkServerID) -> Bool { servers[id]?.isUsable(at: Self.now) ?? false }

    /// Where a server is; fails with a ``LocationError``.
    func places(of id: TrunkServerID) -> EventLoopFuture<TrunkPlaces> {
        guard let server = servers[id] else {
            return shell.eventLoop.makeSucceededFuture(TrunkPlaces(usable: [], others: []))
        }
        return locate(server).assumeIsolated().map { targets in
            let now = Self.now
            let isUsable = { (target: SIPTarget) in server.place(at: target)?.health.isUsable(at: now) ?? true }
            return TrunkPlaces(usable: targets.filter(isUsable), others: targets.filter { !isUsable($0) })
        }.nonisolated()
    }

    /// Whether an address belongs to one of the servers. Is answered once each of them has been looked up, so that the
    /// first call after a start finds no gap.
    func has(_ address: String) -> EventLoopFuture<Bool> {
        firstLook.assumeIsolated().map { [servers] in
            servers.values.contains { $0.addresses.contains(address) }
        }.nonisolated()
    }

    /// A call or a registration has shown how a place is.
    func noted(_ report: ServerHealth.Report, of place: TrunkPlace) {
        guard let place = servers[place.server]?.place(at: place.target) else { return }
        place.health.noted(report, at: Self.now)
        perform(place)
    }

    /// Takes the answer to a request, nil for none.
    func completed(_ handle: ClientRequestHandle, _ response: SIPResponse?) {
        guard let place = probes.removeValue(forKey: handle) else { return }
        place.probe = nil
        ended(.init(response), place)
    }

    // MARK: Places

    private func locate(_ server: WatchedServer) -> EventLoopFuture<[SIPTarget]> {
        locator.locate(server.server.hop).assumeIsolated().map { [weak self] targets in
            self?.located(server, at: targets)
            return targets
        }.nonisolated()
    }

    private func located(_ server: WatchedServer, at targets: [SIPTarget]) {
        guard state != .stopped else { return }
        let wasLost = server.place(at: nil).map { !$0.health.isUsable(at: Self.now) } ?? false
        let (new, gone) = server.located(at: targets)
        if wasLost { logger.info("a server of a trunk takes calls again", metadata: metadata(server, nil)) }
        gone.forEach(end)
        guard state == .running else { return }
        new.forEach(begin)
    }

    private func begin(_ place: WatchedPlace) {
        place.health.start(at: Self.now)
        perform(place)
    }

    private func end(_ place: WatchedPlace) {
        place.timer?.cancel()
        abandon(place)
    }

    // MARK: Health

    private func perform(_ place: WatchedPlace) {
        guard state != .stopped, let server = place.server else { return }
        while let action = place.health.nextAction() {
            switch action {
            case .probe: ask(place, server)
            case .abandonProbe: abandon(place)
            case .changed(let isUp): changed(place, server, isUp: isUp)
            }
        }
        place.timer?.cancel()
        guard let deadline = place.health.nextDeadline else { return }
        place.timer = shell.eventLoop.assumeIsolated().scheduleTask(
            deadline: .uptimeNanoseconds(deadline.nanoseconds)
        ) { [weak self, weak place] in
            guard let self, let place else { return }
            place.health.timersFired(at: Self.now)
            perform(place)
        }
    }

    private func changed(_ place: WatchedPlace, _ server: WatchedServer, isUp: Bool) {
        let metadata = metadata(server, place.target)
        guard isUp else { return logger.warning("a server of a trunk takes no calls", metadata: metadata) }
        logger.info("a server of a trunk takes calls again", metadata: metadata)
        onReturn(server.id)
    }

    /// Asks a place how it is; looks first whether the server is still there.
    private func ask(_ place: WatchedPlace, _ server: WatchedServer) {
        place.question += 1
        let question = place.question
        locate(server).assumeIsolated().whenComplete { [weak self] result in
            guard let self, place.question == question, state == .running else { return }
            // A known place is asked where it was; one that is no longer the server's is not watched any more.
            guard let target = place.target else {
                if case .failure = result { ended(.silent, place) }
                return
            }
            if server.place(at: target) === place { sendOptions(place, server, at: target) }
        }
    }

    private func sendOptions(_ place: WatchedPlace, _ server: WatchedServer, at target: SIPTarget) {
        let hop = server.server.hop
        let flow = shell.flow(to: target, of: hop)
        var request = SIPRequest(method: .options, uri: hop.uri)
        request.headers.set(.from, NameAddress(uri: SIPURI(host: HostText.bracketed(flow.localAddress))).description)
        request.headers.set(.to, NameAddress(uri: hop.uri).description)
        request.headers.set(.accept, "application/sdp")
        let handle = try? shell.command { [request] (agent, now) throws(UserAgentError) in
            try agent.sendRequest(request, on: flow, at: now)
        }
        guard let handle else { return ended(.silent, place) }
        probes[handle] = place
        place.probe = handle
    }

    private func abandon(_ place: WatchedPlace) {
        place.question += 1
        guard let handle = place.probe else { return }
        place.probe = nil
        probes[handle] = nil
        shell.command { agent, now in agent.abandon(handle, at: now) }
    }

    private func ended(_ report: ServerHealth.Report, _ place: WatchedPlace) {
        place.health.probeEnded(report, at: Self.now)
        perform(place)
    }

    func metadata(_ server: WatchedServer, _ target: SIPTarget?) -> Logger.Metadata {
        let hop = server.server.hop
        let name = hop.isNumeric ? target?.description ?? hop.host : hop.host
        var metadata: Logger.Metadata = ["sip.trunk": "\(server.trunk.name)", "sip.peer": "\(name)"]
        if !hop.isNumeric, let target { metadata["sip.address"] = "\(target)" }
        return metadata
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
