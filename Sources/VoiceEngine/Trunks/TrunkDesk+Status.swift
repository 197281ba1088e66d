import SIP

extension TrunkDesk {
    /// How every trunk is, in the order of the configuration.
    func status(at now: SIPInstant) -> [TrunkStatus] {
        trunks.enumerated().map { index, trunk in
            TrunkStatus(
                name: trunk.name, servers: trunk.servers.indices.compactMap { server(index, $0, at: now) },
                hasLogin: trunk.login != nil,
                contacts: inbound.contacts(of: trunk).map { TrunkStatus.Contact($0, at: now) })
        }
    }

    private func server(_ trunk: Int, _ index: Int, at now: SIPInstant) -> TrunkStatus.Server? {
        let id = TrunkServerID(trunk: trunk, server: index)
        guard let watched = watch.server(id) else { return nil }
        let hop = watched.server.hop
        return TrunkStatus.Server(
            host: hop.host, port: hop.explicitPort, transport: hop.transport.viaName.lowercased(),
            registration: registered.first { $0.value == id }.flatMap { outbound.status(of: $0.key, at: now) },
            places: watched.places.map { TrunkStatus.Place($0.target, $0.health, at: now) })
    }
}

extension TrunkStatus.Place {
    init(_ target: SIPTarget?, _ health: ServerHealth, at now: SIPInstant) {
        self.init(
            address: target?.address, port: target?.port, health: .unknown,
            since: health.since.map { $0.duration(to: now) },
            lastAnswer: health.lastAnswer.map { $0.duration(to: now) })
        switch health.state {
        case .unknown: break
        case .up: self.health = .up
        case .down: self.health = .down
        case .resting(let end):
            self.health = .resting
            restEnds = max(.zero, now.duration(to: end))
        }
    }
}

extension TrunkStatus.Contact {
    init(_ binding: RegistrarBinding, at now: SIPInstant) {
        self.init(
            uri: binding.contact.uri.description, address: binding.flow.remoteAddress, port: binding.flow.remotePort,
            transport: binding.flow.transport.viaName.lowercased(), ends: now.duration(to: binding.expiresAt),
            product: binding.product)
    }
}
