/// A carrier or PBX whose calls are known by their source address and need no password.
public struct TrunkPeer: Sendable, Hashable {
    public var name: String
    public var network: IPNetwork

    public init(name: String, network: IPNetwork) {
        self.name = name
        self.network = network
    }
}
