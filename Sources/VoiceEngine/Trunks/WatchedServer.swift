import NIOCore
import SIP

/// One server of a trunk, and the places where it is.
final class WatchedServer {
    let id: TrunkServerID
    let trunk: Trunk
    let server: TrunkServer
    /// At least one: that without a target stands for a server that could not be looked up yet.
    private(set) var places: [WatchedPlace] = []
    /// Numeric addresses that it has had.
    private(set) var addresses: Set<String>

    init(_ id: TrunkServerID, _ trunk: Trunk, _ server: TrunkServer) {
        self.id = id
        self.trunk = trunk
        self.server = server
        addresses = [server.hop.host]
        places = [WatchedPlace(nil, of: self)]
    }

    func place(at target: SIPTarget?) -> WatchedPlace? { places.first { $0.target == target } }

    /// Whether calls go to any of its places.
    func isUsable(at now: SIPInstant) -> Bool { places.contains { $0.health.isUsable(at: now) } }

    /// The server has been looked up.
    ///
    /// - Returns: places that were not known before, and those that are no longer the server's.
    func located(at targets: [SIPTarget]) -> (new: [WatchedPlace], gone: [WatchedPlace]) {
        let gone = places.filter { place in place.target.map { !targets.contains($0) } ?? true }
        let new = targets.filter { place(at: $0) == nil }.map { WatchedPlace($0, of: self) }
        let kept = places.filter { place in !gone.contains { $0 === place } }
        places = kept + new
        addresses.formUnion(targets.map(\.address))
        return (new, gone)
    }
}

/// One place of a server with what is known of it.
final class WatchedPlace {
    private(set) weak var server: WatchedServer?
    let target: SIPTarget?
    var health: ServerHealth
    var timer: Scheduled<Void>?
    /// Counts the questions, so that an answer that comes too late is known.
    var question = 0
    /// The OPTIONS under way.
    var probe: ClientRequestHandle?

    init(_ target: SIPTarget?, of server: WatchedServer) {
        self.server = server
        self.target = target
        health = ServerHealth(settings: server.trunk.health)
    }
}

/// The places of a server in the order in which they are to be tried.
struct TrunkPlaces: Sendable {
    var usable: [SIPTarget]
    /// Those that take no calls just now.
    var others: [SIPTarget]
}
