import SIP

/// One of the servers of a trunk.
public struct TrunkServer: Sendable, Hashable {
    /// A name or numeric address, with transport; a name without a port may stand for many places (RFC 3263).
    public var hop: SIPNextHop
    /// Servers with the lowest number are called first (RFC 2782).
    public var priority: Int
    /// Share of the calls among servers of one priority; 0 for one that only gets what others leave.
    public var weight: Int

    public init(hop: SIPNextHop, priority: Int = 10, weight: Int = 1) {
        self.hop = hop
        self.priority = priority
        self.weight = weight
    }
}

/// Names one server among all trunks.
public struct TrunkServerID: Sendable, Hashable {
    public var trunk: Int
    public var server: Int

    public init(trunk: Int, server: Int) {
        self.trunk = trunk
        self.server = server
    }
}

/// One place of one server.
struct TrunkPlace: Sendable, Hashable {
    var server: TrunkServerID
    /// Nil while nobody knows where the server is.
    var target: SIPTarget?
}
